import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { workers } from '../../src/svn/apache/apache-config.js';
import { until } from '../helpers/until.js';
import { login, sampleDavgate } from './helpers/davgate.js';
import { curl } from './helpers/programs.js';

/** More than Apache works on at once. */
const connections = 140;

/** davgate keeps eight of Apache's workers free, and lets one owner have a quarter of the others. */
const quarter = (workers - 8) / 4;

/** The addresses of people without a name, as the proxy in front tells them. */
const networks: Readonly<Record<string, (count: number) => string>> = {
  'an IPv4 address': () => '192.0.2.1',
  'an IPv6 network, each from an address of its own': (count) => `2001:db8:0:1::${(count + 1).toString(16)}`,
};

/** In Apache's place, so that it can be seen what is asked: it answers about `other`, and about nothing else. */
async function neverAnswering(t: TestContext) {
  const held: IncomingMessage[] = [];
  const server = createServer((req: IncomingMessage, res: ServerResponse) => {
    if (req.url?.includes('/other') === true) res.end('other');
    else held.push(req);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const at = server.address();
  return { held, port: typeof at === 'object' && at !== null ? at.port : 0 };
}

describe('requests of people without a name that Apache is long about', () => {
  for (const [what, addressOf] of Object.entries(networks)) {
    it(`${connections} from ${what} take a quarter of Apache, and leave the rest to others`, async (t) => {
      const apache = await neverAnswering(t);
      const davgate = await sampleDavgate((declaration, folder) => {
        writeFileSync(join(folder, 'secret'), `${'0123456789abcdef'.repeat(4)}\n`, { mode: 0o600 });
        declaration.trustedProxies = ['127.0.0.1'];
        declaration.shares = [
          {
            ...{ path: '/svn', kind: 'svn', public: true, require: { staff: false } },
            ...{ upstream: `http://127.0.0.1:${apache.port}`, upstreamSecretFile: './secret' },
          },
        ];
      });
      t.after(() => davgate.dispose());
      for (let count = 0; count < connections; count += 1) {
        const socket = connect(davgate.port, '127.0.0.1').on('error', () => undefined);
        t.after(() => socket.destroy());
        socket.write(`GET /svn/a HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${addressOf(count)}\r\n\r\n`);
      }
      await until(() => Promise.resolve(apache.held.length >= quarter), 'a quarter of Apache is taken');
      for (const args of [
        ['--user', login('bob'), '--header', `X-Forwarded-For: ${addressOf(0)}`],
        ['--header', 'X-Forwarded-For: 198.51.100.7'],
        ['--header', 'X-Forwarded-For: 2001:db8:0:2::1'],
      ]) {
        const { status, body } = await curl(`${davgate.url}/svn/other`, [...args, '--max-time', '20']);
        assert.deepEqual([status, body.toString()], [200, 'other'], args.join(' '));
      }
      assert.equal(apache.held.length, quarter);
    });
  }
});
