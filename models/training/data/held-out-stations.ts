/** Which stations never train, so that a model is judged at places that it has never seen. */
import { seededRandom } from '../../../src/domain/random.ts';
import type { Station } from '../../../src/domain/station.ts';
import { KernelcastError } from '../../../src/errors.ts';
import type { DataConfig, PlacesConfig } from '../training-config.ts';
import { roleOf } from './places.ts';

/**
 * Indices of the stations that train, and of those that are held out. A station is held out by its id: the same in each
 * source that has it. A source that only trains may have none of them.
 * @throws KernelcastError `STATIONS` when nothing is left to train on, or none is held out to validate on
 */
export function holdOut(
  { name, stations, validates }: { name: string; stations: readonly Station[]; validates: boolean },
  rule: NonNullable<DataConfig['holdOutStations']>,
): { train: number[]; validate: number[] } {
  const chosen = new Set(Array.isArray(rule) ? rule : drawn(stations, rule.share));
  const [train, validate] = [false, true].map((held) =>
    [...stations.keys()].filter((index) => chosen.has(stations[index].id) === held),
  );
  return notEmpty({ name, stations, validates }, { train, validate });
}

/**
 * The same by where stations are; what is kept for a test is neither.
 * @throws KernelcastError `STATIONS` when nothing is left to train or to validate on
 */
export function holdOutPlaces(
  source: { name: string; stations: readonly Station[]; validates: boolean },
  places: PlacesConfig,
): { train: number[]; validate: number[] } {
  const [train, validate] = (['train', 'validate'] as const).map((role) =>
    [...source.stations.keys()].filter((index) => roleOf(source.stations[index], places) === role),
  );
  return notEmpty(source, { train, validate });
}

function notEmpty(
  { name, stations, validates }: { name: string; stations: readonly Station[]; validates: boolean },
  { train, validate }: { train: number[]; validate: number[] },
): { train: number[]; validate: number[] } {
  if (train.length === 0 || (validates && validate.length === 0)) {
    throw new KernelcastError(
      'STATIONS',
      `holding out stations leaves none to ${train.length === 0 ? 'train' : 'validate'} on`,
      {
        where: { source: name, stations: stations.length, heldOut: validate.length },
        hint: 'Choose another share, or ids that the source has.',
      },
    );
  }
  return { train, validate };
}

/** Each id has a number of its own, whatever the other stations are. */
function drawn(stations: readonly Station[], share: number): string[] {
  return stations.map(({ id }) => id).filter((id) => seededRandom(`held out/${id}`).uniform() < share);
}
