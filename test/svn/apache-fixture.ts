import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { statusOf, toFailure } from '../../src/failure.js';
import { pairs } from '../../src/http/hop-by-hop.js';
import { ApacheChild, type ApacheChildOptions } from '../../src/svn/apache/apache-child.js';
import { bodyToSend } from '../../src/svn/bodies/body-to-send.js';
import { svnErrorBody, svnErrorType } from '../../src/svn/error-body.js';
import { type ApacheProgram, findApache } from '../../src/svn/apache/find-apache.js';
import { createUpstream, type Upstream } from '../../src/svn/upstream.js';
import { goneWith } from './gone.js';

const run = promisify(execFile);

/** Who the repositories belong to in tests: not root, as Apache does not serve as root. */
export const repositoryOwner = 65_534;

export async function apacheProgram(): Promise<ApacheProgram> {
  const program = await findApache(process.env.PATH ?? '');
  if (!program.found) throw new Error(program.message);
  return program;
}

/** A private folder below which nobody but the caller can walk, as a home or the result of mktemp is. */
export async function privateFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'davgate-svn-test-'));
}

/** Makes a folder of repositories with one repository for each name. */
export async function makeRepositories(folder: string, ...names: string[]): Promise<string> {
  const parent = join(folder, 'repositories');
  await run('mkdir', [parent]);
  for (const name of names) await run('svnadmin', ['create', join(parent, name)]);
  if (process.getuid?.() === 0) {
    await chown(parent, repositoryOwner, repositoryOwner);
    await run('chown', ['-R', `${repositoryOwner}:${repositoryOwner}`, parent]);
  }
  return parent;
}

export function childOptions(
  parentPath: string,
  changes: Partial<ApacheChildOptions> = {},
): Promise<ApacheChildOptions> {
  return Promise.resolve({
    find: () => findApache(process.env.PATH ?? ''),
    shares: [{ path: '/svn', parentPath }],
    uid: process.getuid?.(),
    path: process.env.PATH ?? '',
    temporaryFolder: tmpdir(),
    log: () => undefined,
    ...changes,
  });
}

/** A plain server that forwards every request as one user. */
export interface Proxy {
  readonly port: number;
  readonly server: Server;
  readonly upstream: Upstream;
  /** Errors that ended answers, newest last. */
  readonly errors: unknown[];
  /** The user in whose name requests go on. */
  username: string;
  close(): Promise<void>;
}

export async function startProxy(child: Pick<ApacheChild, 'address'>, publicScheme?: string): Promise<Proxy> {
  const upstream = createUpstream({ address: () => child.address() });
  const errors: unknown[] = [];
  const server = createServer({ maxHeaderSize: 512 * 1024, requestTimeout: 0 });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const proxy: Proxy = {
    port: address.port,
    server,
    upstream,
    errors,
    username: 'alice',
    async close() {
      upstream.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    forward(proxy, publicScheme, request, response).catch((error: unknown) => {
      errors.push(error);
      if (!response.headersSent) refuse(response, error);
    });
  });
  return proxy;
}

async function forward(
  proxy: Proxy,
  publicScheme: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const method = request.method ?? '';
  const headers = pairs(request.rawHeaders);
  const sender = { owner: proxy.username, allowance: proxy.upstream.bodies };
  const answer = await proxy.upstream.forward({
    method,
    rawTarget: request.url ?? '',
    headers,
    body: await bodyToSend({ method, headers, body: request, ...sender }),
    username: proxy.username,
    owner: proxy.username,
    connection: request.socket,
    publicOrigin: () =>
      publicScheme === undefined ? undefined : `${publicScheme}://${request.headers.host ?? ''}`,
    whenGone: goneWith(gone.signal),
  });
  response.sendDate = false;
  response.writeHead(answer.status, answer.headers.flat());
  if (answer.body instanceof Readable) await pipeline(answer.body, response);
  else response.end(answer.body);
}

function refuse(response: ServerResponse, error: unknown): void {
  const failure = toFailure(error);
  const body = svnErrorBody(failure.message);
  response.writeHead(statusOf(failure.kind), {
    'Content-Type': svnErrorType,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** Runs svn without asking, caching or storing anything; resolves with its output. */
export async function svn(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(
    'svn',
    ['--non-interactive', '--config-dir', join(folder, '.svn-config'), ...args],
    {
      cwd: folder,
      maxBuffer: 64 * 1024 * 1024,
      env: { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', HOME: folder },
    },
  );
  return stdout;
}

export { ApacheChild, rm, run };
