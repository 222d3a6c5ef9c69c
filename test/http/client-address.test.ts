import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  clientAddress,
  normalizeAddress,
  publicOrigin,
  TrustedProxies,
} from '../../src/http/client-address.js';

describe('normalizeAddress', () => {
  const cases: [text: string, address: string | undefined][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0::0001', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::1', '::1'],
    ['::', '::'],
    ['', undefined],
    ['localhost', undefined],
    ['192.0.2.256', undefined],
    ['192.0.2.01', undefined],
    ['192.0.2', undefined],
    ['192.0.2.1 ', undefined],
    ['192.0.2.1%eth0', undefined],
    ['[::1]', undefined],
    ['1::2::3', undefined],
    ['192.0.2.1","x":"', undefined],
  ];
  for (const [text, address] of cases) {
    test(`${JSON.stringify(text)} is ${address ?? 'none'}`, () => {
      assert.equal(normalizeAddress(text), address);
    });
  }
});

describe('TrustedProxies', () => {
  const cases: [entry: string, inside: string[], outside: string[]][] = [
    ['10.0.0.1', ['10.0.0.1'], ['10.0.0.2', '::1']],
    ['10.0.0.0/8', ['10.0.0.0', '10.255.255.255'], ['9.255.255.255', '11.0.0.0']],
    ['192.0.2.128/25', ['192.0.2.128', '192.0.2.255'], ['192.0.2.127']],
    ['0.0.0.0/0', ['192.0.2.1'], ['2001:db8::1']],
    ['::1', ['::1'], ['::2', '127.0.0.1']],
    ['fd00::/8', ['fd00::1', 'fdff::'], ['fe00::', '10.0.0.1']],
    ['2001:db8::/127', ['2001:db8::1'], ['2001:db8::2']],
    ['::ffff:10.0.0.1', ['10.0.0.1'], ['10.0.0.2']],
  ];
  for (const [entry, inside, outside] of cases) {
    test(entry, () => {
      const proxies = new TrustedProxies([entry]);
      assert.deepEqual(
        inside.filter((address) => !proxies.has(address)),
        [],
      );
      assert.deepEqual(
        outside.filter((address) => proxies.has(address)),
        [],
      );
    });
  }

  test('are none by default', () => {
    for (const address of ['127.0.0.1', '::1', '10.0.0.1'])
      assert.equal(new TrustedProxies().has(address), false);
  });

  const wrong = [
    '',
    'proxy',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '10.0.0.0/1e1',
  ];
  for (const entry of [...wrong, '::/129', 'fd00::/8x', '::ffff:10.0.0.0/104', '*', ' 10.0.0.1']) {
    test(`${JSON.stringify(entry)} is refused by name`, () => {
      assert.throws(
        () => new TrustedProxies(['10.0.0.1', entry]),
        (error) => error instanceof RangeError && error.message.includes(`"${entry}"`),
      );
    });
  }
});

describe('clientAddress', () => {
  const trusted = new TrustedProxies(['10.0.0.0/8', 'fd00::/8']);
  const cases: [
    name: string,
    peer: string | undefined,
    field: string | undefined,
    address: string | undefined,
  ][] = [
    ['nobody forwarded it', '192.0.2.1', undefined, '192.0.2.1'],
    ['a stranger wrote the field', '192.0.2.1', '198.51.100.1', '192.0.2.1'],
    ['a stranger wrote the name of a proxy', '192.0.2.1', '10.0.0.1', '192.0.2.1'],
    ['a proxy wrote it', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['a proxy as IPv6 writes it', '::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['an IPv6 proxy', 'fd00::5', '2001:DB8::0:1', '2001:db8::1'],
    ['a proxy on a link', 'fd00::5%eth0', '2001:db8::1', '2001:db8::1'],
    ['a proxy wrote nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['a client wrote first', '10.0.0.1', '1.2.3.4, 198.51.100.1', '198.51.100.1'],
    ['a client wrote a proxy first', '10.0.0.1', '10.0.0.9, 198.51.100.1', '198.51.100.1'],
    ['two proxies', '10.0.0.1', '1.2.3.4, 198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['proxies alone', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['no spaces', '10.0.0.1', '1.2.3.4,198.51.100.1,10.0.0.2', '198.51.100.1'],
    ['more spaces', '10.0.0.1', ' 198.51.100.1 ,\t10.0.0.2 ', '198.51.100.1'],
    ['a port', '10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
    ['an IPv6 address with a port', '10.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['an IPv6 address in brackets', '10.0.0.1', '[2001:db8::1]', '2001:db8::1'],
    ['an IPv4 address in IPv6', '10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['malformed at the right', '10.0.0.1', '198.51.100.1, unknown', '10.0.0.1'],
    ['malformed further left', '10.0.0.1', '198.51.100.1, _hidden, 10.0.0.2', '10.0.0.2'],
    ['malformed beyond the client', '10.0.0.1', '<script>, 198.51.100.1', '198.51.100.1'],
    ['an empty field', '10.0.0.1', '', '10.0.0.1'],
    ['an empty entry', '10.0.0.1', '198.51.100.1,', '10.0.0.1'],
    ['an entry with a line break', '10.0.0.1', '198.51.100.1\n', '198.51.100.1'],
    ['a name', '10.0.0.1', 'localhost', '10.0.0.1'],
    ['a socket that is gone', undefined, '198.51.100.1', undefined],
  ];
  for (const [name, peer, field, address] of cases) {
    test(name, () => {
      assert.equal(clientAddress(peer, field, trusted), address);
    });
  }

  test('a chain of 32 proxies is believed, a longer one not to its end', () => {
    const chain = (hops: number): string => `198.51.100.1${', 10.0.0.2'.repeat(hops)}`;
    assert.equal(clientAddress('10.0.0.1', chain(31), trusted), '198.51.100.1');
    assert.equal(clientAddress('10.0.0.1', chain(32), trusted), '10.0.0.2');
    assert.equal(clientAddress('10.0.0.1', chain(30_000), trusted), '10.0.0.2');
  });
});

describe('publicOrigin', () => {
  const forwarded = {
    host: 'inner:8080',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'files.example.org',
  };
  test('is what the connection says where no trusted proxy sent the request', () => {
    assert.equal(publicOrigin(forwarded, false), 'http://inner:8080');
    assert.equal(publicOrigin(forwarded, false, 'https'), 'https://inner:8080');
    assert.equal(publicOrigin({}, false), undefined);
  });

  const cases: [name: string, headers: Record<string, string>, origin: string | undefined][] = [
    ['both fields', {}, 'https://files.example.org'],
    ['a port', { 'x-forwarded-host': 'files.example.org:8443' }, 'https://files.example.org:8443'],
    ['the default port', { 'x-forwarded-host': 'FILES.example.org:443' }, 'https://files.example.org'],
    ['several values: the last', { 'x-forwarded-host': 'evil.example, a.example' }, 'https://a.example'],
    ['several schemes: the last', { 'x-forwarded-proto': 'http,HTTPS' }, 'https://files.example.org'],
    ['an unknown scheme', { 'x-forwarded-proto': 'gopher' }, undefined],
    ['a broken host', { 'x-forwarded-host': 'a/b' }, undefined],
    ['an empty host', { 'x-forwarded-host': '' }, undefined],
  ];
  for (const [name, headers, origin] of cases) {
    test(`of a trusted proxy's request: ${name}`, () => {
      assert.equal(publicOrigin({ ...forwarded, ...headers }, true), origin);
    });
  }

  test('takes what a trusted proxy leaves out from the connection', () => {
    assert.equal(
      publicOrigin({ host: 'a.example', 'x-forwarded-proto': 'https' }, true),
      'https://a.example',
    );
    assert.equal(
      publicOrigin({ host: 'a.example', 'x-forwarded-host': 'b.example' }, true),
      'http://b.example',
    );
  });
});
