/**
 * From what a person names (files, folders, patterns, addresses, presets) to files on this machine, remote ones fetched:
 *
 *     const found = await resolveSources(['noaa-isd'], { stations, from, to }, { client, downloads });
 *     await ingestFiles(found.files, { ...options, ...found });
 */
import { existsSync } from 'node:fs';
import { closest } from '../../../src/domain/closest.ts';
import { KernelcastError } from '../../../src/errors.ts';
import type { TableMapping } from '../../tables/mapping.ts';
import { erddap, isErddap } from '../erddap.ts';
import type { HttpClient } from '../http/client.ts';
import { type Downloads, refuseErrorPages } from '../http/downloads.ts';
import { PRESETS, presetOf } from '../presets.ts';
import { isThredds, thredds } from '../thredds.ts';
import { expandFiles } from './expand.ts';
import { checkSpan, type Remote, type Wanted } from './request.ts';
import { expandTemplate, isTemplate } from './template.ts';

export interface Resolved {
  /** Paths, and addresses of Zarr stores. */
  files: string[];
  /** What to call a file, where its path says nothing: the address that it is from. */
  names: Map<string, string>;
  tables: Map<string, TableMapping>;
  /** Files of a series that the server does not have. */
  absent: string[];
}

export interface Edges {
  client: HttpClient;
  downloads: Downloads;
  onFile?: (progress: { url: string; done: number; total: number }) => void;
}

const ADDRESS = /^https?:\/\//i;

/** Whether something must be fetched for a name. */
export function isRemote(name: string): boolean {
  return ADDRESS.test(name) || presetOf(name) !== undefined;
}

/**
 * @throws KernelcastError `NOT_FOUND`, `USAGE`, `ENVIRONMENT`, `FORMAT`, ...: nothing has been read then, and what was fetched is
 * kept for the next time
 */
export async function resolveSources(names: readonly string[], wanted: Wanted, edges: Edges): Promise<Resolved> {
  checkSpan(wanted);
  const resolved: Resolved = { files: [], names: new Map(), tables: new Map(), absent: [] };
  for (const name of names) {
    const address = ADDRESS.test(name) ? name : presetOf(name)?.url;
    if (address === undefined) resolved.files.push(...(await localFiles(name)));
    else if (isZarrAddress(address)) resolved.files.push(address);
    else await fetchAll(address, await remotesOf(address, wanted, edges.client), edges, resolved);
  }
  return resolved;
}

/** @throws KernelcastError `NOT_FOUND`; `USAGE` for an address of another kind than http */
async function localFiles(name: string): Promise<string[]> {
  const files = await expandFiles([name]);
  if (files.length > 1 || files[0] !== name || existsSync(name)) return files;
  const [, scheme] = /^([a-z][a-z0-9+.-]+):\/\//i.exec(name) ?? [];
  if (scheme !== undefined) {
    throw new KernelcastError('USAGE', `addresses of ${scheme} are not read, only those of http and https`, {
      where: { source: name },
      hint: 'Fetch it with a program that knows how, and ingest the file.',
    });
  }
  const known = PRESETS.map((preset) => preset.name);
  const meant = closest(name, known);
  throw new KernelcastError('NOT_FOUND', 'there is no such file, and no source of this name', {
    where: { source: name },
    hint: `${meant ? `Did you mean '${meant}'? ` : ''}Sources: ${known.join(', ')} (kernelcast sources).`,
  });
}

function isZarrAddress(address: string): boolean {
  return /\.zarr(-v\d+)?\/?$/i.test(address);
}

async function remotesOf(address: string, wanted: Wanted, client: HttpClient): Promise<Remote[]> {
  if (isTemplate(address)) return expandTemplate(address, wanted);
  if (isErddap(address)) return erddap(address, wanted, client);
  if (isThredds(address)) return thredds(address, wanted, client);
  return [{ url: address }];
}

async function fetchAll(address: string, remotes: readonly Remote[], edges: Edges, resolved: Resolved): Promise<void> {
  let found = 0;
  for (const [done, { url, optional, table }] of remotes.entries()) {
    edges.onFile?.({ url, done, total: remotes.length });
    const downloaded = await edges.downloads.fetch(url, refuseErrorPages);
    if (downloaded) {
      found++;
      resolved.files.push(downloaded.path);
      resolved.names.set(downloaded.path, url);
      if (table) resolved.tables.set(downloaded.path, table);
    } else if (optional) {
      resolved.absent.push(url);
    } else {
      throw new KernelcastError('NOT_FOUND', 'there is nothing at the address', { where: { url } });
    }
  }
  if (found > 0) return;
  throw new KernelcastError('NOT_FOUND', 'the source has none of the files', {
    where: { source: address, first: remotes[0]?.url ?? '-' },
    hint: 'Look at the time and the ids of the stations that were asked for.',
  });
}
