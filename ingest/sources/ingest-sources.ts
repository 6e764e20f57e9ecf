/**
 * Ingest of whatever a person names, remote sources fetched first. Nothing is ingested before all of it has been fetched and read;
 * a download that turns out to be no weather is forgotten, so that the next attempt fetches it anew.
 */
import { join } from 'node:path';
import { isKernelcastError } from '../../src/errors.ts';
import { type IngestOptions, type IngestReport, ingestFiles } from '../ingest.ts';
import { type Edges, isRemote, resolveSources } from './addresses/resolve.ts';
import { HttpClient, type HttpOptions } from './http/client.ts';
import { Downloads } from './http/downloads.ts';
import { zarrFetch } from './zarr-fetch.ts';

export interface SourcesOptions extends IngestOptions, Pick<Edges, 'onFile'> {
  /** The data directory: downloads are kept in it. */
  root: string;
  http?: HttpOptions;
}

export interface SourcesReport extends IngestReport {
  /** Files of a series that their server does not have. */
  absent: string[];
}

/** @throws KernelcastError as `resolveSources` and `ingestFiles` do; the dataset is as it was then */
export async function ingestSources(names: readonly string[], options: SourcesOptions): Promise<SourcesReport> {
  const client = new HttpClient(options.http);
  const downloads = new Downloads(client, join(options.root, 'downloads'));
  try {
    const resolved = await resolveSources(names, options, { client, downloads, onFile: options.onFile });
    const fetch = names.some(isRemote) ? zarrFetch(client) : undefined;
    try {
      const { files, absent, ...known } = resolved;
      return { ...(await ingestFiles(files, { ...options, ...known, fetch })), absent };
    } catch (error) {
      if (isKernelcastError(error, 'FORMAT')) {
        const url = resolved.names.get(String(error.where.file));
        if (url !== undefined) await downloads.forget(url);
      }
      throw error;
    }
  } finally {
    await client.close();
  }
}
