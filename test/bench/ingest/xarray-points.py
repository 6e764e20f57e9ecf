"""What `npm run bench -- ingest` compares with, and the files it reads.

    python3 xarray-points.py write classic|netcdf4 FILE POINTS.csv MEGABYTES POINTS
    python3 xarray-points.py read FILE POINTS.csv OUT.f32       # [time, point]
    python3 xarray-points.py compare A.f32 B.f32
"""
import json
import resource
import sys
import time

import numpy as np

LATITUDES = np.arange(90, -90.5, -1.0)
LONGITUDES = np.arange(0, 360, 1.0)


def write(kind, file, points, megabytes, count):
    """Two metres' temperature in float32, an hour after the other: smooth waves, and noise of a hundredth of a degree's grain."""
    import netCDF4

    plane = LATITUDES.size * LONGITUDES.size * 4
    times = max(1, round(megabytes * 1e6 / plane))
    random = np.random.default_rng(1)
    with netCDF4.Dataset(file, "w", format="NETCDF4" if kind == "netcdf4" else "NETCDF3_64BIT_OFFSET") as out:
        out.createDimension("time", None if kind == "netcdf4" else times)
        out.createDimension("latitude", LATITUDES.size)
        out.createDimension("longitude", LONGITUDES.size)
        for name, units, values in [
            ("time", "hours since 1970-01-01", np.arange(times)),
            ("latitude", "degrees_north", LATITUDES),
            ("longitude", "degrees_east", LONGITUDES),
        ]:
            out.createVariable(name, "f8", (name,))[:] = values
            out[name].units = units
        packed = {"zlib": True, "complevel": 4, "shuffle": True, "chunksizes": (24, 91, 180)}
        t2m = out.createVariable("t2m", "f4", ("time", "latitude", "longitude"), **(packed if kind == "netcdf4" else {}))
        t2m.units = "K"
        t2m.standard_name = "air_temperature"
        lat, lon = np.deg2rad(LATITUDES)[:, None], np.deg2rad(LONGITUDES)[None, :]
        noise = random.standard_normal((48, LATITUDES.size, LONGITUDES.size)).astype("f4")
        for first in range(0, times, 24):
            hours = np.arange(first, min(first + 24, times))[:, None, None]
            wave = 285 - 40 * np.sin(lat) ** 2 + 8 * np.cos(3 * lon + hours / 40) * np.cos(lat) + 4 * np.cos(lon + hours / 3.8)
            field = wave + noise[(hours[:, 0, 0] * 7) % 48]
            t2m[first : first + hours.size] = np.round(field * 100) / 100
    with open(points, "w") as out:
        for _ in range(count):
            out.write(f"{random.uniform(-89, 89):.4f},{random.uniform(0, 359):.4f}\n")


def read(file, points, target):
    import xarray as xr

    # What is loaded at the first use is not counted, here or there.
    xr.open_dataset(file).close()
    xr.DataArray(np.ones((2, 2)), {"a": [0, 1], "b": [0, 1]}, ("a", "b")).interp(
        a=xr.DataArray([0.5], dims="p"), b=xr.DataArray([0.5], dims="p")
    )

    latitude, longitude = np.loadtxt(points, delimiter=",").T
    start, cpu = time.perf_counter(), time.process_time()
    with xr.open_dataset(file) as data:
        at = {
            "latitude": xr.DataArray(latitude, dims="point"),
            "longitude": xr.DataArray(longitude, dims="point"),
        }
        values = data["t2m"].interp(at, method="linear").transpose("time", "point").values
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    (values - 273.15).astype("f4").tofile(target)
    print(json.dumps({"seconds": seconds, "cpuSeconds": cpu_seconds, "peakRssMB": peak, "times": len(values)}))


def compare(one, other):
    a, b = np.fromfile(one, "f4"), np.fromfile(other, "f4")
    if a.shape != b.shape:
        raise SystemExit(f"{a.size} values and {b.size}")
    print(json.dumps({"difference": float(np.abs(a.astype("f8") - b).max())}))


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "write":
        kind, file, points, megabytes, count = rest
        write(kind, file, points, float(megabytes), int(count))
    else:
        {"read": read, "compare": compare}[what](*rest)
