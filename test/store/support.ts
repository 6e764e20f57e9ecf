/** What the tests of the store share: temporary folders, small series, and a file system that fails on command. */
import { mkdtempSync, rmSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { emptyVariable, FLAG, type Series } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import type { Hour } from '../../src/domain/time.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { type Files, nodeFiles } from '../../src/store/files.ts';

/** @param onEnd when to remove it; by default at the end of the test */
export function temporaryFolder(onEnd: (end: () => void) => void = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'kernelcast-'));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function station(id: string, fields: Partial<Station> = {}): Station {
  return { id, name: `Place ${id}`, country: 'NL', latitude: 52, longitude: 5, elevation: 3, ...fields };
}

/** A series whose values come from a function of hour, station and variable; undefined or NaN is missing. */
export function seriesOf(
  stations: readonly Station[],
  from: Hour,
  hours: number,
  value: (hour: Hour, station: string, variable: VariableName) => number | undefined,
  options: { variables?: VariableName[]; flag?: number } = {},
): Series {
  const series: Series = { stations, from, hours, variables: {} };
  for (const name of options.variables ?? ['temperature_2m']) {
    const variable = emptyVariable(hours, stations.length);
    for (let t = 0; t < hours; t++) {
      for (const [s, { id }] of stations.entries()) {
        const given = value(from + t, id, name);
        if (given === undefined || Number.isNaN(given)) continue;
        variable.values[t * stations.length + s] = given;
        variable.flags[t * stations.length + s] = options.flag ?? FLAG.OBSERVED;
      }
    }
    series.variables[name] = variable;
  }
  return series;
}

/** How the file system fails. `crash`: nothing has an effect from here on, as after a power cut. */
export type Fault = 'error' | 'short-write' | 'crash';

export interface FaultyFiles {
  files: Files;
  /** What was called, as `name path`, also calls on open files. */
  calls: string[];
}

/**
 * A file system whose call number `failing` (from 0) fails. A failing write leaves half of its bytes behind, but for
 * the fault 'error', which leaves none.
 */
export function faultyFiles(failing = Number.POSITIVE_INFINITY, fault: Fault = 'error', code = 'ENOSPC'): FaultyFiles {
  const calls: string[] = [];
  const step = async <T>(name: string, path: string, call: () => Promise<T>, onFault?: () => Promise<unknown>) => {
    const index = calls.push(`${name} ${path}`) - 1;
    const fails = fault === 'crash' ? index >= failing : index === failing;
    if (!fails) return call();
    if (index === failing && fault !== 'error') await onFault?.();
    throw Object.assign(new Error(`${code}: injected, ${name} '${path}'`), { code });
  };
  const handleOf = (handle: FileHandle, path: string) => ({
    writeFile: (bytes: Uint8Array | string) =>
      step(
        'write',
        path,
        () => handle.writeFile(bytes),
        () => handle.writeFile(bytes.slice(0, Math.floor(bytes.length / 2))),
      ),
    sync: () => step('sync', path, () => handle.sync()),
    // The descriptor is always given back: only its failure is pretended.
    close: async () => {
      await handle.close();
      await step('close', path, async () => {});
    },
  });
  const files: Record<string, unknown> = {};
  for (const name of Object.keys(nodeFiles) as (keyof Files)[]) {
    const original = nodeFiles[name] as (...args: unknown[]) => Promise<unknown>;
    files[name] = (...args: unknown[]) =>
      step(name, String(args[0]), async () => {
        const result = await original(...args);
        return name === 'open' ? handleOf(result as FileHandle, String(args[0])) : result;
      });
  }
  return { files: files as unknown as Files, calls };
}
