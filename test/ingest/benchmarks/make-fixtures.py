"""Tiny imitations of the published data sets, with numpy and by hand: python3 make-fixtures.py FOLDER.

Their metrics are computed here too, as the public evaluations do it: of the last value carried on (persistence), over every
window of 48 + 24 hours; CorrFormer's data are in tenths, WEATHER-5K's in units.
"""

import datetime
import json
import os
import sys

import numpy as np


def corrformer(folder):
    rng = np.random.default_rng(5)
    hours, stations = 80, 3
    t = np.arange(hours)[:, None]
    tenths = np.round(100 + 60 * np.sin(2 * np.pi * t / 24 + np.arange(stations)) + rng.normal(0, 9, (hours, stations)))
    np.save(f"{folder}/temp_global_hourly_test.npy", tenths[:, :, None])
    times = np.datetime64("2020-03-01T00") + np.arange(hours).astype("timedelta64[h]")
    np.save(f"{folder}/data_time_test.npy", times)
    np.save(f"{folder}/stations_sorted.npy", np.array([[52.1, 5.2, 2.0], [-33.9, 18.6, 42.0], [64.1, -21.9, 60.0]]))
    mse, mae = [], []
    for begin in range(hours - 48 - 24 + 1):
        true = tenths[begin + 48 : begin + 72]
        pred = np.repeat(tenths[begin + 47][None], 24, axis=0)
        mse.append(np.mean((pred - true) ** 2))
        mae.append(np.mean(np.abs(pred - true)))
    return {"windows": len(mse), "mse": np.mean(mse) / 100, "mae": np.mean(mae) / 10}


def weather5k(folder):
    rng = np.random.default_rng(6)
    begin, hours = datetime.datetime(2022, 12, 31), 24 + 24 * 10
    columns = ["TMP", "DEW", "WND_ANGLE", "WND_RATE", "SLP"]
    tables = []
    for name, lat, lon in [("01001099999", 70.93, -8.67), ("94975099999", -42.83, 147.5)]:
        t = np.arange(hours)
        values = np.stack(
            [
                5 + 4 * np.sin(t / 4) + rng.normal(0, 1, hours),
                2 + 3 * np.sin(t / 5) + rng.normal(0, 1, hours),
                np.round(rng.uniform(0, 360, hours)),
                np.round(np.abs(rng.normal(5, 2, hours)), 1),
                1010 + 6 * np.cos(t / 30),
            ],
            axis=1,
        ).round(3)
        with open(f"{folder}/global_weather_stations/{name}.csv", "w") as file:
            file.write("DATE,LONGITUDE,LATITUDE," + ",".join(columns) + ",MASK\n")
            for hour, row in enumerate(values):
                time = begin + datetime.timedelta(hours=hour)
                numbers = ",".join(f"{value:g}" for value in row)
                file.write(f"{time},{lon},{lat},{numbers},\"[1 1 1 1 1]\"\n")
        tables.append(values[24:])  # 2023 alone is tested on
    result = {}
    for horizon in (24, 72):
        errors = []
        for values in tables:
            values = np.array([[float(f"{x:g}") for x in row] for row in values])
            for start in range(len(values) - (48 + horizon - 1)):
                true = values[start + 48 : start + 48 + horizon]
                errors.append(values[start + 47][None] - true)
        errors = np.array(errors)
        mae, mse = np.abs(errors).mean(axis=(0, 1)), (errors**2).mean(axis=(0, 1))
        result[str(horizon)] = {
            "windows": len(errors),
            "mae": dict(zip(columns, mae.tolist())),
            "mse": dict(zip(columns, mse.tolist())),
            "overall": {"mae": float(mae.mean()), "mse": float(mse.mean())},
        }
    return result


root = sys.argv[1]
os.makedirs(f"{root}/global_temp", exist_ok=True)
os.makedirs(f"{root}/weather-5k/global_weather_stations", exist_ok=True)
with open(f"{root}/expected.json", "w") as file:
    json.dump({"corrformer": corrformer(f"{root}/global_temp"), "weather5k": weather5k(f"{root}/weather-5k")}, file, indent=1)
