/**
 * A process that writes and kills itself at its call number N to the file system, half-way through where the call writes.
 *
 *     npx tsx test/crash/killed-writer.ts observations ROOT 17
 *
 * Says `acknowledged` when it comes to the end.
 */
import type { FileHandle } from 'node:fs/promises';
import { type Files, nodeFiles } from '../../src/store/disk/files.ts';
import { SCENARIOS, type ScenarioName } from './scenarios.ts';

const [name, root, number] = process.argv.slice(2);
const fatal = Number(number);
let calls = 0;

function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
}

function killing(): Files {
  const files: Record<string, unknown> = {};
  for (const call of Object.keys(nodeFiles) as (keyof Files)[]) {
    const original = nodeFiles[call] as (...args: unknown[]) => Promise<unknown>;
    files[call] = async (...args: unknown[]) => {
      if (calls++ === fatal) await die();
      const result = await original(...args);
      return call === 'open' ? handleOf(result as FileHandle) : result;
    };
  }
  return files as unknown as Files;
}

function handleOf(handle: FileHandle) {
  return {
    async writeFile(bytes: Uint8Array | string) {
      if (calls++ === fatal) {
        await handle.writeFile(bytes.slice(0, Math.floor(bytes.length / 2)));
        await die();
      }
      await handle.writeFile(bytes);
    },
    async sync() {
      if (calls++ === fatal) await die();
      await handle.sync();
    },
    async close() {
      if (calls++ === fatal) await die();
      await handle.close();
    },
  };
}

await SCENARIOS[name as ScenarioName].write(root, killing());
process.stdout.write('acknowledged\n');
