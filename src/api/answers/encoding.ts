/** Content codings: which one a client takes, and the bytes in it. */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { Recent } from '../../store/recent.ts';

export type Encoding = 'br' | 'gzip' | 'identity';

/** Less is not worth the trouble. */
const SMALLEST = 1024;
/** Far from the best, and ten times as fast; answers are compressed once and sent often. */
const BROTLI_QUALITY = 5;

const compress = { br: promisify(brotliCompress), gzip: promisify(gzip) };

/** Clients send a handful of different headers. */
const known = new Recent<Encoding>(200);

/** RFC 9110, 12.5.3: what is listed with a weight of 0 is refused; of what is left we prefer the smallest answer. */
export function chooseEncoding(header: string | undefined): Encoding {
  if (!header) return 'identity';
  const remembered = known.get(header);
  if (remembered) return remembered;
  const weights = new Map(
    header
      .slice(0, 200)
      .split(',')
      .map((item) => {
        const [name, ...parameters] = item.trim().toLowerCase().split(';');
        const weight = parameters
          .map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1])
          .find((text) => text !== undefined);
        return [name.trim(), weight === undefined ? 1 : Number(weight)] as const;
      }),
  );
  const takes = (name: string) => (weights.get(name) ?? weights.get('*') ?? 0) > 0;
  const encoding = takes('br') ? 'br' : takes('gzip') ? 'gzip' : 'identity';
  if (header.length <= 200) known.set(header, encoding);
  return encoding;
}

export function isWorthEncoding(body: Uint8Array): boolean {
  return body.byteLength >= SMALLEST;
}

export function encodeBody(body: Uint8Array, encoding: 'br' | 'gzip'): Promise<Uint8Array> {
  if (encoding === 'gzip') return compress.gzip(body);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: body.byteLength,
  };
  return compress.br(body, { params });
}
