import assert from 'node:assert/strict';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { pairs } from '../../src/http/hop-by-hop.js';
import {
  ApacheChild,
  childOptions,
  makeRepositories,
  privateFolder,
  type Proxy,
  rm,
  startProxy,
  svn,
} from './apache-fixture.js';

const parts: { folder: string; child?: ApacheChild } = { folder: '' };
const publicHost = 'files.example.org';
let child: ApacheChild;
let plain: Proxy;
let secure: Proxy;

before(async () => {
  parts.folder = await privateFolder();
  child = new ApacheChild(await childOptions(await makeRepositories(parts.folder, 'one')));
  parts.child = child;
  await child.start();
  plain = await startProxy(child);
  secure = await startProxy(child, 'https');
  await svn(parts.folder, 'mkdir', '-m', 'a', `http://127.0.0.1:${plain.port}/svn/one/trunk`);
});
after(async () => {
  await Promise.all([plain, secure].map((proxy) => proxy.close()));
  await parts.child?.stop();
  await rm(parts.folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: [name: string, value: string][];
  readonly body: string;
}

function ask(port: number, method: string, path: string, headers: string[] = [], body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fields = ['Host', publicHost, 'Content-Length', String(Buffer.byteLength(body)), ...headers];
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers: fields, agent: false });
    request.on('error', reject);
    request.on('response', (response: IncomingMessage) => {
      text(response).then((answer) => {
        resolve({ status: response.statusCode, headers: pairs(response.rawHeaders), body: answer });
      }, reject);
    });
    request.end(body);
  });
}

const fields = ({ headers }: Answer, wanted: string) =>
  headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);

function credentials(): string[] {
  const secret = child.address()?.secret ?? '';
  return ['Authorization', `Basic ${Buffer.from('alice:x').toString('base64')}`, 'X-Davgate-Secret', secret];
}

const options = '<?xml version="1.0"?><D:options xmlns:D="DAV:"><D:activity-collection-set/></D:options>';
const own = new Set(['date', 'connection', 'keep-alive', 'server', 'transfer-encoding', 'vary']);

test('an OPTIONS answer is the same as straight from Apache, repeated DAV fields and all', async () => {
  const xml = ['Content-Type', 'text/xml'];
  const port = child.address()?.port ?? 0;
  const straight = await ask(port, 'OPTIONS', '/svn/one', [...xml, ...credentials()], options);
  const proxied = await ask(plain.port, 'OPTIONS', '/svn/one', xml, options);
  const comparable = (answer: Answer) => answer.headers.filter(([name]) => !own.has(name.toLowerCase()));
  assert.equal(proxied.status, 200);
  assert.ok(fields(proxied, 'dav').length > 3);
  assert.deepEqual(comparable(proxied), comparable(straight));
  assert.equal(proxied.body, straight.body);
  assert.deepEqual(
    fields(proxied, 'vary').filter((value) => /davgate/i.test(value)),
    [],
  );
});

test('links to Apache become links to the public origin', async () => {
  const path = '/svn/one/trunk';
  const moved = await ask(secure.port, 'GET', path);
  assert.equal(moved.status, 301);
  assert.deepEqual(fields(moved, 'location'), [`https://${publicHost}${path}/`]);
  assert.doesNotMatch(moved.body, /127\.0\.0\.1/);
  assert.deepEqual(fields(await ask(plain.port, 'GET', path), 'location'), [`${path}/`]);

  const activity = '/svn/one/!svn/act/5a9a8e2a-1c0f-4b7e-9d53-0a1b2c3d4e5f';
  const made = await ask(secure.port, 'MKACTIVITY', activity);
  assert.equal(made.status, 201, made.body);
  assert.deepEqual(fields(made, 'location'), [`https://${publicHost}${activity}`]);
  const href = `<D:href xmlns:D="DAV:">${activity}</D:href>`;
  const checkout = `<?xml version="1.0"?><D:checkout xmlns:D="DAV:"><D:activity-set>${href}</D:activity-set></D:checkout>`;
  const out = await ask(
    secure.port,
    'CHECKOUT',
    '/svn/one/!svn/bln/1',
    ['Content-Type', 'text/xml'],
    checkout,
  );
  assert.equal(out.status, 201, out.body);
  assert.ok(fields(out, 'location')[0]?.startsWith(`https://${publicHost}/svn/one/!svn/wbl/`));
  assert.equal((await ask(secure.port, 'DELETE', activity)).status, 204);
});

test('a COPY with a public https Destination succeeds', async () => {
  const created = await ask(
    secure.port,
    'POST',
    '/svn/one/!svn/me',
    ['Content-Type', 'application/vnd.svn-skel'],
    '( create-txn )',
  );
  assert.equal(created.status, 201, created.body);
  const [transaction = ''] = fields(created, 'svn-txn-name');
  const copied = await ask(secure.port, 'COPY', '/svn/one/!svn/rvr/1/trunk', [
    'Destination',
    `https://${publicHost}/svn/one/!svn/txr/${transaction}/copy%20of`,
    'Depth',
    'infinity',
  ]);
  assert.equal(copied.status, 201, copied.body);
});

test('a lock is released under an If field that names the public https address', async () => {
  const address = '/svn/one/trunk/lock.txt';
  const created = await ask(
    plain.port,
    'POST',
    '/svn/one/!svn/me',
    ['Content-Type', 'application/vnd.svn-skel'],
    '( create-txn )',
  );
  const [transaction = ''] = fields(created, 'svn-txn-name');
  const file = `/svn/one/!svn/txr/${transaction}/trunk/lock.txt`;
  assert.equal((await ask(plain.port, 'PUT', file, [], 'text')).status, 201);
  const merge =
    '<?xml version="1.0"?><D:merge xmlns:D="DAV:"><D:source>' +
    `<D:href>/svn/one/!svn/txn/${transaction}</D:href></D:source><D:no-auto-merge/><D:no-checkout/></D:merge>`;
  assert.equal((await ask(plain.port, 'MERGE', '/svn/one', ['Content-Type', 'text/xml'], merge)).status, 200);
  const url = `http://127.0.0.1:${plain.port}${address}`;
  await svn(parts.folder, 'lock', url);
  const info = await svn(parts.folder, 'info', '--show-item', 'repos-root-url', url);
  assert.match(info, /svn\/one/);
  const token = /Lock Token: (\S+)/.exec(await svn(parts.folder, 'info', url))?.[1] ?? '';
  assert.match(token, /^opaquelocktoken:/);

  const again = await ask(
    plain.port,
    'POST',
    '/svn/one/!svn/me',
    ['Content-Type', 'application/vnd.svn-skel'],
    '( create-txn )',
  );
  const [second = ''] = fields(again, 'svn-txn-name');
  const target = `/svn/one/!svn/txr/${second}/trunk/lock.txt`;
  assert.equal((await ask(secure.port, 'DELETE', target)).status, 423);
  const padding = `<https://${publicHost}${address}> (<${token}>) `.repeat(400);
  const condition = `${padding}<https://${publicHost}${target}> (<${token}>)`;
  assert.equal((await ask(secure.port, 'DELETE', target, ['If', condition])).status, 204);
});

test('identities from outside change nothing', async () => {
  const spoofed = [
    'Authorization',
    `Basic ${Buffer.from('root:x').toString('base64')}`,
    'X-Remote-User',
    'root',
    'X_Remote_User',
    'root',
    'X-Davgate-Secret',
    'guess',
    'Connection',
    'Authorization, X-Davgate-Secret',
  ];
  const path = `/svn/one/!svn/me`;
  const created = await ask(
    plain.port,
    'POST',
    path,
    ['Content-Type', 'application/vnd.svn-skel', ...spoofed],
    '( create-txn )',
  );
  assert.equal(created.status, 201);
  const [transaction = ''] = fields(created, 'svn-txn-name');
  const made = await ask(plain.port, 'MKCOL', `/svn/one/!svn/txr/${transaction}/spoofed`, spoofed);
  assert.equal(made.status, 201);
  const merge =
    '<?xml version="1.0"?><D:merge xmlns:D="DAV:"><D:source>' +
    `<D:href>/svn/one/!svn/txn/${transaction}</D:href></D:source><D:no-auto-merge/><D:no-checkout/></D:merge>`;
  const merged = await ask(plain.port, 'MERGE', '/svn/one', ['Content-Type', 'text/xml', ...spoofed], merge);
  assert.match(merged.body, /<D:creator-displayname>alice</);
});

test('the port of the child tells nobody anything', async () => {
  const port = child.address()?.port ?? 0;
  for (const path of ['/', '/svn', '/svn/one/', '/svn/one/!svn/me', '/.davgate-proof', '/server-status']) {
    const answer = await ask(port, 'GET', path, credentials().slice(0, 2));
    assert.equal(answer.status, 403, path);
  }
});

test('targets that two servers could read differently do not leave the share', async () => {
  for (const path of [
    '/svn/../etc/passwd',
    '/svn/%2e%2e/etc/passwd',
    '/svn/one/..%2f..%2fetc/passwd',
    '/other',
  ]) {
    const answer = await ask(plain.port, 'GET', path);
    assert.ok([400, 403, 404].includes(answer.status ?? 0), `${path}: ${answer.status ?? ''}`);
  }
  assert.equal((await ask(plain.port, 'GET', 'http://files.example.org/svn/one/')).status, 200);
});

test('a request smuggled in a body stays a body', async () => {
  const smuggled = 'GET /svn/one/trunk/ HTTP/1.1\r\nHost: x\r\n\r\n';
  const head = 'Host: x\r\nConnection: close\r\n';
  const send = (raw: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(plain.port, '127.0.0.1', () => socket.write(raw));
      text(socket).then(resolve, reject);
    });
  const answer = await send(
    `GET /svn/one/ HTTP/1.1\r\n${head}Content-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  );
  assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1);
  for (const framing of [
    'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n',
    'Content-Length: 3\r\nContent-Length: 4\r\n',
    'Transfer-Encoding: gzip, chunked\r\n',
  ]) {
    assert.match(
      await send(`PUT /svn/one/x HTTP/1.1\r\n${head}${framing}\r\n0\r\n\r\n`),
      /^HTTP\/1\.1 (400|501) /,
    );
  }
});
