/** What the tests of the store share: temporary folders, small series, and a file system that fails on command. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** @param onEnd when to remove it; by default at the end of the test */
export function temporaryFolder(onEnd: (end: () => void) => void = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'kernelcast-'));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export { type Fault, type FaultyFiles, faultyFiles } from './faulty-files.ts';
export { seriesOf, station } from './series.ts';
