import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import Koa from 'koa';
import { Audit } from '../../../server/audit.js';
import { handlerOf } from '../../../server/app.js';
import { createLog } from '../../../server/log.js';
import { accessLog } from '../../../server/middleware/access-log.js';
import { authenticate } from '../../../server/middleware/authenticate.js';
import { errors } from '../../../server/middleware/errors.js';
import { locateClient } from '../../../server/middleware/locate-client.js';
import { locateShare } from '../../../server/middleware/locate-share.js';
import { respond } from '../../../server/middleware/respond.js';
import { PasswordLogin } from '../../../server/password-login.js';
import type { RequestState } from '../../../server/state.js';
import { MemoryFailureCounter } from '../../../src/credentials/memory-failure-counter.js';
import { Throttle, type Limits } from '../../../src/credentials/throttle.js';
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
}

/** An Authorization header field. */
export function basic(username: string, password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

/** A server that logs in and then names the user; alice and bob are its users, and its log is kept. */
export async function loginSetting(t: TestContext, options: LoginSettingOptions = {}) {
  const { limits = {}, proxies = [] } = options;
  const written: string[] = [];
  const log = createLog({ write: (line) => void written.push(line) });
  const parts = setting();
  const passwords = new PasswordLogin({
    authenticator: parts.authenticator,
    throttle: new Throttle({ counter: new MemoryFailureCounter(), limits }),
    audit: new Audit(log),
  });
  const app = new Koa<RequestState>()
    .use(locateClient(new TrustedProxies(proxies)))
    .use(accessLog(log, () => performance.now()))
    .use(respond(log))
    .use(errors(log))
    .use(locateShare([]))
    .use(authenticate({ passwords, realm: 'a realm' }))
    .use(({ state }) => {
      const body = Buffer.from(state.identity?.username ?? 'nobody');
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
