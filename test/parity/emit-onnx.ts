/** `tsx test/parity/emit-onnx.ts DIR OUT`: writes every ONNX graph that the fixtures of DIR are checked with into OUT. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { checksOf } from './checks.ts';
import { emit } from './engines.ts';
import { readFixture } from './fixture.ts';
import { listFixtures } from './run.ts';

const [folder, out] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
for (const file of listFixtures(folder)) {
  const name = basename(file, '.safetensors');
  for (const { engine, quantity, setting } of checksOf(readFixture(join(folder, file)), name)) {
    if (engine !== 'onnx' || !setting) continue;
    writeFileSync(join(out, `${name}-${quantity.replace(/\W+/g, '-')}.onnx`), emit(setting));
  }
}
