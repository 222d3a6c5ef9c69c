import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import Koa from 'koa';
import { Audit } from '../../../server/observability/audit.js';
import { handlerOf } from '../../../server/pipeline/app.js';
import { createLog } from '../../../server/observability/log.js';
import { accessLog } from '../../../server/pipeline/access-log.js';
import { authenticate, type AuthenticateParts } from '../../../server/pipeline/authenticate.js';
import { errors } from '../../../server/pipeline/error-handler.js';
import { clientOf, readRequest } from '../../../server/pipeline/read-request.js';
import { respond } from '../../../server/pipeline/respond.js';
import { PasswordLogin } from '../../../server/pipeline/password-login.js';
import type { RequestState } from '../../../server/pipeline/request-record.js';
import { bodyMemory } from '../../../src/async/body-memory.js';
import { PieceBuffers } from '../../../src/async/piece-buffers.js';
import { usernameOf } from '../../../src/access/identity.js';
import { MemoryFailureCounter } from '../../../src/credentials/memory-failure-counter.js';
import type { SessionLogins } from '../../../src/credentials/session-authenticator.js';
import { Throttle, type Limits } from '../../../src/credentials/throttle.js';
import type { SessionSettings } from '../../../src/django/site.js';
import { TrustedProxies } from '../../../src/http/client-address.js';
import { setting } from '../../credentials/setting.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The client's own end: any address of 127.0.0.0/8. */
  readonly from?: string;
}

export interface LoginSettingOptions {
  readonly limits?: Partial<Limits>;
  readonly proxies?: readonly string[];
  /** Whether anybody is answered; default: nobody without a name. */
  readonly isOpenToEverybody?: AuthenticateParts['isOpenToEverybody'];
  /** Of the site; the name of their cookie is `sessionid`. Default: they are not read. */
  readonly sessions?: SessionLogins;
}

/** An Authorization header field. */
export function basic(username: string, password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

/** A server that logs in and then names the user; alice and bob are its users, and its log is kept. */
export async function loginSetting(t: TestContext, options: LoginSettingOptions = {}) {
  const { limits = {}, proxies = [], isOpenToEverybody = () => false, sessions } = options;
  const written: string[] = [];
  const log = createLog({ write: (line) => void written.push(line) });
  const parts = setting();
  const passwords = new PasswordLogin({
    authenticator: parts.authenticator,
    throttle: new Throttle({ counter: new MemoryFailureCounter(), limits }),
    audit: new Audit(log),
  });
  const settings: SessionSettings = {
    engine: 'db',
    cookieName: 'sessionid',
    cookieAge: 1_209_600,
    table: 'django_session',
    loginUrl: undefined,
  };
  const read = sessions && { settings, authenticator: sessions };
  const identify = authenticate({ passwords, realm: 'a realm', isOpenToEverybody, sessions: read });
  const trusted = new TrustedProxies(proxies);
  const app = new Koa<RequestState>()
    .use(accessLog(log, () => performance.now()))
    .use(respond(log, new PieceBuffers(bodyMemory())))
    .use(errors(log))
    .use(async ({ req, res, state }) => {
      const { record } = state;
      const client = clientOf(req, trusted);
      if (client.address !== undefined) record.address = client.address;
      const incoming = readRequest(req, res, { id: record.id, client, publicOrigin: undefined });
      const identity = await identify(incoming, record);
      const username = 'status' in identity ? undefined : usernameOf(identity);
      if (username !== undefined) record.user = username;
      const body = Buffer.from(record.user ?? ('anonymous' in identity ? 'anonymous' : 'nobody'));
      state.response = { status: 200, headers: [['Content-Length', String(body.length)]], body };
    });
  const handle = handlerOf(app);
  const server = createServer((req, res) => void handle(req, res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const at = server.address();
  const port = typeof at === 'object' && at !== null ? at.port : 0;
  const ask = ({ method = 'GET', headers = {}, from = '127.0.0.1' }: Question = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, method, headers, localAddress: from, agent: false };
      const asked = request(options, (answer) => {
        void text(answer).then((body) => {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body });
        }, reject);
      });
      asked.once('error', reject);
      asked.end();
    });
  return {
    ...parts,
    ask,
    written,
    audit: () => written.map(parseLine).filter(({ event }) => event !== undefined),
  };
}

function parseLine(line: string): Readonly<Record<string, unknown>> {
  const parsed: unknown = JSON.parse(line);
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}
