/** A sound as the map that the network reads: `node docs/examples/hear-a-word.mjs [FILE.wav]`. Prints it as a picture of letters. */
import { readFile } from 'node:fs/promises';
import { audioMap, decodeWav } from 'kernelcast/models/unireplknet';

const [file = 'test/fixtures/modalities/word.wav'] = process.argv.slice(2);
const { height, width, values } = audioMap(decodeWav(await readFile(file), file));
const [least, most] = [Math.min(...values), Math.max(...values)];
const shades = ' .:-=+*#%@';
for (let frame = 0; frame < height; frame += 4) {
  const row = Array.from({ length: width / 2 }, (_, bin) => values[frame * width + 2 * bin]);
  console.log(row.map((value) => shades[Math.floor(((value - least) / (most - least)) * 9)]).join(''));
}
console.log(`${height} frames of 10 ms, ${width} bins of the mel scale`);
