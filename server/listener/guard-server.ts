import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LimitsDeclaration } from '../../src/config/limits.js';
import { Failure } from '../../src/failure.js';
import { normalizeAddress } from '../../src/http/client-address.js';
import { checkFields } from '../../src/http/fields.js';
import type { Asked, Asker } from '../../src/http/guard/asked.js';
import { identityFieldsOf, statusOfVerdict, type Verdict } from '../../src/http/guard/verdict.js';
import { pairs } from '../../src/http/hop-by-hop.js';
import type { HeaderList, HttpResponse, RequestHeaders } from '../../src/http/message.js';
import type { Log } from '../observability/log.js';
import { errorResponse } from '../pages/error-response.js';
import { listen, type RunningServer } from './http-server.js';
import type { HandedOver } from './connection-source.js';
import { portTrouble, type ListenPlace } from './port-errors.js';
import { dropRest, restOfStrangers } from './unread-body.js';

/** Answers what other servers ask. */
export interface GuardOffice {
  /** Whether the server at this address, normalized, may ask. */
  mayAsk(address: string): boolean;
  judge(asked: Asked): Promise<{ readonly id: string; readonly verdict: Verdict }>;
}

/** By the first segment of the path that they ask at. */
const askers: ReadonlyMap<string, Exclude<Asker, 'apache'>> = new Map([
  ['/nginx', 'nginx'],
  ['/caddy', 'caddy'],
  ['/traefik', 'traefik'],
  ['/envoy', 'envoy'],
  ['/haproxy', 'haproxy'],
]);

export interface GuardServerOptions extends ListenPlace {
  /** The connections, if another process listens. */
  readonly handed?: HandedOver | undefined;
  readonly office: GuardOffice;
  readonly limits: LimitsDeclaration;
  readonly log: Log;
}

/**
 * Tells other web servers who may, on a port of its own.
 * @throws Failure `unavailable` that says why the port could not be had
 */
export async function listenForServers({
  host,
  port,
  handed,
  office,
  limits,
  log,
}: GuardServerOptions): Promise<RunningServer> {
  const handler = (req: IncomingMessage, res: ServerResponse): Promise<void> =>
    answer(req, office, log)
      .catch((err: unknown): HttpResponse => {
        log.error({ err }, 'a server that asks cannot be answered');
        return { status: 503, headers: [['Content-Length', '0']] };
      })
      .then((response) => {
        dropRest(req, restOfStrangers.bytes);
        const fields = response.headers.flatMap(([name, value]) => [name, value]);
        res.writeHead(response.status, fields);
        res.end(req.method === 'HEAD' ? undefined : response.body);
      });
  const isProxy = (address: string): boolean => office.mayAsk(address);
  let server: RunningServer;
  try {
    server = await listen(handler, { host, port, handed, limits: { ...limits, isProxy } });
  } catch (cause) {
    const message = `"guard.http": ${portTrouble('guard.http', { host, port }, cause)}.`;
    throw new Failure('unavailable', message, { cause });
  }
  if (!handed) log.info({ host, port: server.address.port }, 'guard listening');
  return server;
}

async function answer(req: IncomingMessage, office: GuardOffice, log: Log): Promise<HttpResponse> {
  const address = normalizeAddress(req.socket.remoteAddress ?? '');
  if (address === undefined || !office.mayAsk(address)) {
    log.warn({ address }, 'asked by a server that is not among "guard.proxies"');
    return refusal(new Failure('forbidden', 'This server may not ask here.'), '', undefined);
  }
  const url = req.url ?? '';
  const [, place = '', rest = ''] = /^(\/[a-z]*)(.*)$/s.exec(url) ?? [];
  const by = askers.get(place);
  // Caddy adds its client's query.
  if (by === undefined || (by !== 'envoy' && rest !== '' && !rest.startsWith('?'))) {
    return refusal(new Failure('not-found', 'No server asks at this path.'), '', undefined);
  }
  try {
    checkFields(req.rawHeaders, Object.keys(req.headers).length);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return inWordsOf(by, { kind: 'refused', failure: error }, '', req);
  }
  const { id, verdict } = await office.judge({
    by,
    method: req.method ?? '',
    rawTarget: rest,
    headers: headersOf(req),
    fields: pairs(req.rawHeaders),
    address,
    scheme: 'http',
    connection: req.socket,
  });
  return inWordsOf(by, verdict, id, req);
}

/** As the server that asks can use it. */
function inWordsOf(by: Asker, verdict: Verdict, id: string, req: IncomingMessage): HttpResponse {
  const told = answerTo(by, verdict, id, req.headers.accept);
  return by === 'nginx' ? forNginx(verdict, told, req.headers['x-original-method']) : told;
}

function answerTo(by: Asker, verdict: Verdict, id: string, accept: string | undefined): HttpResponse {
  switch (verdict.kind) {
    case 'allowed':
      return withoutBody(200, identityFieldsOf(verdict.admitted, by));
    case 'login':
      return withoutBody(302, [
        ['Location', verdict.location],
        ['Vary', 'Cookie'],
      ]);
    case 'refused':
      return refusal(verdict.failure, id, accept);
  }
}

/** Seconds. */
const keptByNginx = '1';

/** nginx's auth_request knows 2xx, 401 and 403; what the client shall get stands beside (docs/guard.md). */
function forNginx(
  verdict: Verdict,
  told: HttpResponse,
  method: string | readonly string[] | undefined,
): HttpResponse {
  if (verdict.kind === 'allowed') {
    if (method !== 'GET' && method !== 'HEAD') return told;
    const identity = told.headers.filter(([name]) => name !== 'Cache-Control');
    return { ...told, headers: [['X-Accel-Expires', keptByNginx], ...identity] };
  }
  const status = statusOfVerdict(verdict);
  const known = status === 302 ? 401 : status === 401 ? 401 : 403;
  const passed = told.headers.filter(([name]) =>
    ['WWW-Authenticate', 'Retry-After', 'Location'].includes(name),
  );
  return withoutBody(known, [...passed, ['X-Davgate-Status', String(status)]]);
}

function refusal(failure: Failure, requestId: string, accept: string | undefined): HttpResponse {
  return errorResponse(failure, { accept, svn: false, requestId });
}

function withoutBody(status: number, headers: HeaderList): HttpResponse {
  return { status, headers: [...headers, ['Cache-Control', 'no-store'], ['Content-Length', '0']] };
}

function headersOf({ headers }: IncomingMessage): RequestHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
