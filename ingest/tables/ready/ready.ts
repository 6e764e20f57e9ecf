/** Mappings of tables that many publish: `kernelcast ingest --table dwd-hourly`. `kernelcast tables` lists and prints them. */
import { closest } from '../../../src/domain/closest.ts';
import { KernelcastError } from '../../../src/errors.ts';
import { parseMapping, readMapping, type TableMapping, type WrittenMapping } from '../mapping.ts';
import { AWC_METAR, ENVIRONMENT_CANADA, GHCNH, IEM_ASOS } from './america.ts';
import { DWD_10_MINUTES, DWD_HOURLY, DWD_POI } from './germany.ts';
import { ERA5_POINT, HOME_ASSISTANT, KNMI, METEOSTAT } from './world.ts';

/** Of several the first whose columns a table has. */
const READY: Record<string, readonly WrittenMapping[]> = {
  'iem-asos': [IEM_ASOS, { ...IEM_ASOS, delimiter: '\t' }],
  'dwd-hourly': [DWD_HOURLY],
  'dwd-10-minutes': [DWD_10_MINUTES],
  'dwd-poi': [DWD_POI],
  knmi: [KNMI, { ...KNMI, station: 'STN' }],
  'environment-canada': ENVIRONMENT_CANADA,
  meteostat: METEOSTAT,
  ghcnh: GHCNH,
  'awc-metar': [AWC_METAR],
  'era5-point': [ERA5_POINT],
  'home-assistant': [HOME_ASSISTANT],
};

/** What a table says of itself without a mapping; named here so that it can be asked for. */
export const SELF_TELLING = 'open-meteo';

export const READY_NAMES: readonly string[] = [...Object.keys(READY), SELF_TELLING].sort();

/** @returns undefined where nothing of this name is ready; none where such tables tell their columns themselves */
export function readyMappings(name: string): readonly TableMapping[] | undefined {
  if (name === SELF_TELLING) return [];
  if (!Object.hasOwn(READY, name)) return undefined;
  return READY[name].map((mapping) => parseMapping(mapping, name));
}

/**
 * Mappings by their names, or from JSON files.
 * @throws KernelcastError `NOT_FOUND` where there is neither; `USAGE`, `ENVIRONMENT` of a file
 */
export async function findMappings(names: readonly string[]): Promise<TableMapping[]> {
  const found: TableMapping[] = [];
  for (const name of names) found.push(...(readyMappings(name) ?? [await readNamed(name)]));
  return found;
}

async function readNamed(name: string): Promise<TableMapping> {
  try {
    return await readMapping(name);
  } catch (error) {
    if (!(error instanceof KernelcastError) || error.code !== 'NOT_FOUND' || /[./\\]/.test(name)) throw error;
    const meant = closest(name, READY_NAMES);
    throw new KernelcastError('NOT_FOUND', `there is no mapping '${name}', and no such file`, {
      hint: `${meant ? `Did you mean '${meant}'? ` : ''}Ready are: ${READY_NAMES.join(', ')} (kernelcast tables).`,
    });
  }
}
