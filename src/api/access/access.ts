/**
 * Who asks: by a key, where keys are given out, else by its address. Keys are kept as SHA-256 hashes only; they are long and
 * random, so that a slow hash would gain nothing, and are found by their hash, so that comparing tells nothing.
 *
 *     # name  sha256 of the key  [weight a minute]
 *     alice   9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  500000
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import proxyAddress from 'proxy-addr';
import { KernelcastError } from '../../errors.ts';
import type { Client } from './limits.ts';

export interface AccessOptions {
  keys: readonly ApiKey[];
  /** Without a key there are no data; the pages, health and the description stay open. */
  isKeyRequired: boolean;
  /** What a client without a key, or whose key says nothing else, may ask for in a minute. */
  weightPerMinute: number;
  /** Admin routes answer everybody, not only this machine and holders of a key. */
  isAdminOpen: boolean;
  /** Reverse proxies that are believed when they tell for whom they ask (`X-Forwarded-For`): addresses, networks, `loopback`. */
  trustedProxies: readonly string[];
}

export interface ApiKey {
  name: string;
  sha256: string;
  weightPerMinute?: number;
}

export const OPEN_ACCESS: AccessOptions = {
  keys: [],
  isKeyRequired: false,
  weightPerMinute: 100_000,
  isAdminOpen: false,
  trustedProxies: [],
};

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');
LOOPBACK.addSubnet('::ffff:127.0.0.0', 104, 'ipv6');

/** @throws KernelcastError `USAGE` naming the line */
export function parseKeys(text: string): ApiKey[] {
  const lines = text.split('\n').map((line, index) => ({ line: line.replace(/#.*/, '').trim(), index }));
  return lines
    .filter(({ line }) => line !== '')
    .map(({ line, index }) => {
      const match = /^([\w.-]{1,64})\s+([0-9a-f]{64})(?:\s+(\d{1,12}))?$/.exec(line);
      if (match) return { name: match[1], sha256: match[2], weightPerMinute: match[3] ? Number(match[3]) : undefined };
      throw new KernelcastError('USAGE', `line ${index + 1} of the keys is not a name and a SHA-256`, {
        where: { line: index + 1 },
        hint: 'Write `name sha256-of-the-key`, with `printf %s "$KEY" | sha256sum`.',
      });
    });
}

export class Access {
  readonly #options: AccessOptions;
  readonly #keys: ReadonlyMap<string, ApiKey>;
  readonly #isTrusted: (address: string, hops: number) => boolean;

  /** @throws KernelcastError `USAGE` for a proxy that is neither an address nor a network */
  constructor(options: AccessOptions) {
    this.#options = options;
    this.#isTrusted = compileProxies(options.trustedProxies);
    this.#keys = new Map(options.keys.map((key) => [key.sha256, key]));
  }

  get isKeyRequired(): boolean {
    return this.#options.isKeyRequired;
  }

  /** @throws KernelcastError `UNAUTHORIZED` when a key is needed and missing, or one is given that is none */
  identify(request: IncomingMessage): Client {
    const key = this.#keyOf(request);
    if (key) return { id: `key ${key.name}`, weightPerMinute: key.weightPerMinute ?? this.#options.weightPerMinute };
    if (this.#options.isKeyRequired) {
      throw new KernelcastError('UNAUTHORIZED', 'a key is needed', {
        hint: 'Send it in the header X-API-Key, or as the parameter apikey.',
      });
    }
    // Of a request that was broken off already, the address is gone.
    const address = request.socket.remoteAddress === undefined ? '' : proxyAddress(request, this.#isTrusted);
    return { id: networkOf(address), weightPerMinute: this.#options.weightPerMinute };
  }

  /** @throws KernelcastError `FORBIDDEN` for whom is neither on this machine nor has a key */
  checkAdmin(request: IncomingMessage): void {
    if (this.#options.isAdminOpen || isLoopback(request) || this.#keyOf(request)) return;
    throw new KernelcastError('FORBIDDEN', 'this address is for the machine itself and for holders of a key', {
      hint: 'Ask from the machine itself, send a key, or start the service with --open-metrics.',
    });
  }

  #keyOf(request: IncomingMessage): ApiKey | undefined {
    // Without keys there is nothing to look for: Open-Meteo's customers send theirs.
    if (this.#keys.size === 0) return undefined;
    const given = givenKey(request);
    if (given === undefined) return undefined;
    const key = this.#keys.get(createHash('sha256').update(given).digest('hex'));
    if (key) return key;
    throw new KernelcastError('UNAUTHORIZED', 'the key is not known here', {
      where: { parameter: 'apikey' },
      hint: 'Check it, or ask without one where none is needed.',
    });
  }
}

function compileProxies(proxies: readonly string[]) {
  try {
    return proxyAddress.compile([...proxies]);
  } catch (cause) {
    throw new KernelcastError('USAGE', `not addresses of proxies: ${proxies.join(', ').slice(0, 200)}`, {
      hint: "Give addresses or networks like 10.0.0.0/8, or 'loopback' for proxies on this machine.",
      cause,
    });
  }
}

function givenKey({ headers, url = '' }: IncomingMessage): string | undefined {
  const header = headers['x-api-key'];
  if (typeof header === 'string') return header;
  const mark = url.indexOf('?');
  return mark < 0 ? undefined : (new URLSearchParams(url.slice(mark)).get('apikey') ?? undefined);
}

/** A request that a proxy on this machine passes on is not from this machine. */
function isLoopback({ socket, headers }: IncomingMessage): boolean {
  const address = socket.remoteAddress ?? '';
  const isOwn = LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  return isOwn && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined;
}

/** One subscriber of IPv6 has a /64 at the least. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head, tail] = address.split('%')[0].split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const rest = tail === undefined ? [] : tail.split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - rest.length }, () => '0');
  return [...groups, ...zeros, ...rest].slice(0, 4).join(':');
}
