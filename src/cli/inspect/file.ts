/** `kernelcast inspect` of a file of weather: its content, and what ingest would take of it. */
import type { VariableDescription } from '../../../ingest/describe-file.ts';
import type { Described } from './described.ts';

/** @throws KernelcastError `NOT_FOUND`, `FORMAT`, ... */
export async function describeWeatherFile(path: string): Promise<Described> {
  const [{ describeFile }, { withFetch }] = await Promise.all([
    import('../../../ingest/describe-file.ts'),
    import('../../../ingest/sources/zarr-fetch.ts'),
  ]);
  const file = await withFetch([path], (fetch) => describeFile(path, { fetch }));
  const { format, dimensions, latitude, longitude, weather } = file;
  const sizes = Object.entries(dimensions).map(([name, size]) => `${name} ${size}`);
  const span = (range: readonly number[] | null) => range?.map((value) => Number(value.toFixed(4))).join(' to ') ?? '-';
  const lines = [
    `${path}, ${format}`,
    `  dimensions: ${sizes.join(', ') || 'none'}`,
    ...file.variables.map(describeVariable),
    ...(latitude || longitude ? [`  latitude ${span(latitude)}, longitude ${span(longitude)}`] : []),
  ];
  if ('refused' in weather) {
    lines.push(`  ingest refuses it: ${weather.refused}`);
  } else {
    const taken = weather.taken.map(({ name, from }) => (name === from ? name : `${from} as ${name}`));
    lines.push(
      `  times: ${weather.times}, ${weather.first} to ${weather.last}, every ${weather.step} h`,
      `  ingest takes: ${taken.join(', ')}${weather.stations === null ? ', at stations of yours' : ` of ${weather.stations} stations`}`,
      `  and makes: ${weather.variables.join(', ')}`,
    );
  }
  return { json: { kind: 'file', ...file }, lines };
}

function describeVariable({ name, type, dimensions, attributes }: VariableDescription): string {
  const { units, standard_name: standardName, long_name: longName } = attributes;
  const meaning = [standardName ?? longName, units].filter((text) => typeof text === 'string' && text !== '');
  return `  variable:   ${name}(${dimensions.join(', ')}) ${type}${meaning.length > 0 ? `, ${meaning.join(', ')}` : ''}`;
}
