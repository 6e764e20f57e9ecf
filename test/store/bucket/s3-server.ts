/**
 * A server that speaks enough S3 for the store, in memory: objects with conditions on writes (If-None-Match, If-Match), as
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html has them, and lists. It fails on command.
 */
import { createHash } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What becomes of a request. `lost`: it is carried out, but the connection breaks before its answer. `gone`: the connection
 * breaks at once. A number is the status of an error.
 */
export type Fate = 'answered' | 'lost' | 'gone' | number;

interface Stored {
  bytes: Buffer;
  etag: string;
  modifiedAt: number;
}

const PAGE = 1_000;

export class S3Server {
  readonly objects = new Map<string, Stored>();
  /** `PUT manifests/runs/demo/x.json`, in their order. */
  readonly requests: string[] = [];
  readonly url: string;
  /** Decides about each request, by its number from 0. */
  fate: (request: string, number: number) => Fate = () => 'answered';
  now = () => Date.now();
  heedsConditions = true;
  pageSize = PAGE;
  readonly #server: Server;
  readonly #bucket: string;

  private constructor(server: Server, bucket: string) {
    this.#server = server;
    this.#bucket = bucket;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  static async start(bucket = 'bucket'): Promise<S3Server> {
    const server = createServer({ keepAlive: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new S3Server(server, bucket);
  }

  /** Points the SDK of this process here. */
  useIt(): this {
    Object.assign(process.env, this.environment);
    return this;
  }

  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
    };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, this.url);
    const [, bucket, ...parts] = url.pathname.split('/').map(decodeURIComponent);
    const key = parts.join('/');
    const isList = url.searchParams.has('list-type');
    const what = `${isList ? 'LIST' : request.method} ${isList ? url.searchParams.get('prefix') : key}`;
    const fate = this.fate(what, this.requests.push(what) - 1);
    const body = await bodyOf(request);
    if (fate === 'gone') return void request.socket.destroy();
    response.setHeader('date', new Date(this.now()).toUTCString());
    response.sendDate = false;
    if (typeof fate === 'number') return fail(response, fate, 'Injected');
    if (fate === 'lost') {
      response.write = response.end = () => {
        request.socket.destroy();
        return response as never;
      };
    }
    if (bucket !== this.#bucket) return fail(response, 404, 'NoSuchBucket');
    if (isList) this.#list(url.searchParams, response);
    else if (request.method === 'PUT') this.#put(key, body, request, response);
    else if (request.method === 'DELETE') {
      this.objects.delete(key);
      response.writeHead(204).end();
    } else this.#get(key, request.method === 'HEAD', response);
  }

  #get(key: string, isHead: boolean, response: ServerResponse): void {
    const found = this.objects.get(key);
    if (!found) {
      fail(response, 404, 'NoSuchKey', isHead);
      return;
    }
    response.writeHead(200, {
      etag: found.etag,
      'last-modified': new Date(found.modifiedAt).toUTCString(),
      'content-length': found.bytes.length,
    });
    response.end(isHead ? undefined : found.bytes);
  }

  #put(key: string, bytes: Buffer, { headers }: IncomingMessage, response: ServerResponse): void {
    const source = headers['x-amz-copy-source'];
    if (source !== undefined) {
      this.#copy(decodeURIComponent(String(source)).replace(/^\/?[^/]*\//, ''), key, response);
      return;
    }
    const digest = createHash('md5').update(bytes);
    const isWhole = headers['content-md5'] === digest.copy().digest('base64');
    const refusal = isWhole ? this.#refusal(this.objects.get(key), headers) : ([400, 'BadDigest'] as const);
    if (refusal) {
      fail(response, ...refusal);
      return;
    }
    const etag = `"${digest.digest('hex')}"`;
    this.objects.set(key, { bytes, etag, modifiedAt: this.now() });
    response.writeHead(200, { etag }).end();
  }

  #copy(from: string, to: string, response: ServerResponse): void {
    const found = this.objects.get(from);
    if (!found) {
      fail(response, 404, 'NoSuchKey');
      return;
    }
    this.objects.set(to, { ...found, modifiedAt: this.now() });
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(
      `<?xml version="1.0"?><CopyObjectResult><ETag>${found.etag.replaceAll('"', '&quot;')}</ETag></CopyObjectResult>`,
    );
  }

  #refusal(
    found: Stored | undefined,
    headers: IncomingHttpHeaders,
  ): readonly [status: number, code: string] | undefined {
    if (!this.heedsConditions) return undefined;
    const { 'if-none-match': unwanted, 'if-match': wanted } = headers;
    if (wanted !== undefined && !found) return [404, 'NoSuchKey'];
    const isMet = (unwanted !== '*' || !found) && (wanted === undefined || wanted === found!.etag);
    return isMet ? undefined : [412, 'PreconditionFailed'];
  }

  #list(query: URLSearchParams, response: ServerResponse): void {
    const prefix = query.get('prefix') ?? '';
    const delimiter = query.get('delimiter');
    const after = query.get('continuation-token') ?? '';
    const entries = new Map<string, Stored | null>();
    for (const [key, stored] of this.objects) {
      if (!key.startsWith(prefix)) continue;
      const cut = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
      if (cut < 0) entries.set(key, stored);
      else entries.set(key.slice(0, cut + 1), null);
    }
    const names = [...entries.keys()].sort().filter((name) => name > after);
    const page = names.slice(0, this.pageSize);
    const xml = page.map((name) => {
      const stored = entries.get(name);
      if (!stored) return `<CommonPrefixes><Prefix>${name}</Prefix></CommonPrefixes>`;
      const { etag, modifiedAt, bytes } = stored;
      const time = new Date(modifiedAt).toISOString();
      return `<Contents><Key>${name}</Key><LastModified>${time}</LastModified><ETag>${etag.replaceAll('"', '&quot;')}</ETag><Size>${bytes.length}</Size></Contents>`;
    });
    const isCut = page.length < names.length;
    const token = isCut ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(
      `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isCut}</IsTruncated>${token}${xml.join('')}</ListBucketResult>`,
    );
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function fail(response: ServerResponse, status: number, code: string, isHead = false): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  const message = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  response.end(isHead ? undefined : message);
}
