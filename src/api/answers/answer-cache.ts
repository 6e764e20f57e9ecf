/**
 * The bytes of answers, made once for all who ask the same, up to a limit; and by which addresses they were asked for, so
 * that a request that was answered before needs no parsing.
 */
import { Recent } from '../../store/recent.ts';
import { LimitError } from '../access/limits.ts';
import { type Encoding, encodeBody } from './encoding.ts';

const DEFAULT_BYTES = 64 * 2 ** 20;
/** Of addresses; each weighs its own length and a little more. */
const ADDRESS_BYTES = 16 * 2 ** 20;
const ADDRESS_OVERHEAD = 300;

/** What an answer consists of, but for the moment that it is sent. */
export interface Known {
  /** The content that the bytes are kept under. */
  digest: string;
  mediaType: string;
  fileName: string | undefined;
  etag: string;
  lastModified: string | undefined;
  /** The service's time, ms, until which the answer may be kept by caches; undefined: they must ask each time. */
  expires: number | undefined;
  /** The service's time, ms, from which on the answer is another one. */
  until: number;
  encoding: Encoding;
  /** The state of the dataset that it follows from. */
  dataset: string;
  state: string;
  route: string;
}

export class AnswerCache {
  readonly #bodies: Recent<Promise<Uint8Array>>;
  readonly #addresses = new Recent<Known>(ADDRESS_BYTES);

  constructor(limitBytes = DEFAULT_BYTES) {
    this.#bodies = new Recent(limitBytes);
  }

  /**
   * The bytes of a content, made at most once at a time however many ask. Who waited for somebody that may not ask for more asks
   * for itself: the limit is that one's alone.
   */
  async body(digest: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    let isOwn = false;
    const own = () => {
      isOwn = true;
      return make();
    };
    for (;;) {
      try {
        return await this.#once(digest, own);
      } catch (error) {
        if (isOwn || !(error instanceof LimitError)) throw error;
      }
    }
  }

  encoded(digest: string, encoding: Encoding, body: Uint8Array): Promise<Uint8Array> {
    if (encoding === 'identity') return Promise.resolve(body);
    return this.#once(`${digest} ${encoding}`, () => encodeBody(body, encoding));
  }

  /** The bytes if they are at hand. */
  peek(digest: string, encoding: Encoding): Promise<Uint8Array> | undefined {
    return this.#bodies.get(encoding === 'identity' ? digest : `${digest} ${encoding}`);
  }

  address(url: string, encoding: Encoding): Known | undefined {
    return this.#addresses.get(`${encoding} ${url}`);
  }

  remember(url: string, encoding: Encoding, known: Known): void {
    this.#addresses.set(`${encoding} ${url}`, known, url.length + ADDRESS_OVERHEAD);
  }

  forget(url: string, encoding: Encoding): void {
    this.#addresses.delete(`${encoding} ${url}`);
  }

  #once(key: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const known = this.#bodies.get(key);
    if (known) return known;
    const making = make();
    // Its weight is known when it is made; until then it counts for little.
    this.#bodies.set(key, making, key.length);
    making.then(
      (body) => {
        if (this.#bodies.get(key) === making) this.#bodies.set(key, making, body.byteLength + key.length);
      },
      () => {
        if (this.#bodies.get(key) === making) this.#bodies.delete(key);
      },
    );
    return making;
  }
}
