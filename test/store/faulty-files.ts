/** A file system that fails on command. */
import type { FileHandle } from 'node:fs/promises';
import { type Files, nodeFiles } from '../../src/store/disk/files.ts';

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
