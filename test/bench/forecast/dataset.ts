/** A dataset for benchmarks: any number of stations evenly over the globe, with smooth weather that moves east. */
import { observedVariable, type Series } from '../../../src/domain/series.ts';
import type { Station } from '../../../src/domain/station.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { ObservationStore } from '../../../src/store/observations/observations.ts';

export const DATASET = 'bench';
const FROM = parseHour('2025-01-01');
const GOLDEN_ANGLE = 180 * (3 - Math.sqrt(5));
const HOURS_AT_ONCE = 24 * 31;

/** Writes `days` days of temperature and wind at `count` stations into the store of a data directory. */
export async function makeDataset(root: string, count: number, days: number): Promise<void> {
  const stations = evenlySpread(count);
  const store = new ObservationStore(root);
  for (let hour = 0; hour < days * 24; hour += HOURS_AT_ONCE) {
    const series = weather(stations, FROM + hour, Math.min(HOURS_AT_ONCE, days * 24 - hour));
    await store.merge(DATASET, series, { source: 'bench' });
  }
}

/** Along a spiral from pole to pole, the golden angle apart. */
function evenlySpread(count: number): Station[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `b${index}`,
    name: `Station ${index}`,
    country: '',
    latitude: (Math.asin(1 - (2 * index + 1) / count) * 180) / Math.PI,
    longitude: ((index * GOLDEN_ANGLE) % 360) - 180,
    elevation: 0,
  }));
}

function weather(stations: readonly Station[], from: number, hours: number): Series {
  const count = stations.length;
  const [temperature, east, north, speed] = Array.from({ length: 4 }, () => new Float32Array(hours * count));
  stations.forEach(({ latitude, longitude }, station) => {
    const mean = 28 * Math.cos((latitude * Math.PI) / 180) - 5;
    for (let hour = 0; hour < hours; hour++) {
      const at = hour * count + station;
      const sun = Math.sin(((from + hour) / 12) * Math.PI + (longitude * Math.PI) / 180);
      const wave = Math.sin((longitude * 5 + latitude * 3 - (from + hour) * 2) * (Math.PI / 180));
      temperature[at] = mean + 5 * sun + 4 * wave;
      east[at] = 4 + 3 * wave;
      north[at] = 3 * Math.cos((longitude * 4 - (from + hour) * 2) * (Math.PI / 180));
      speed[at] = Math.hypot(east[at], north[at]);
    }
  });
  return {
    stations,
    from,
    hours,
    variables: {
      temperature_2m: observedVariable(temperature),
      wind_u_component_10m: observedVariable(east),
      wind_v_component_10m: observedVariable(north),
      wind_speed_10m: observedVariable(speed),
    },
  };
}
