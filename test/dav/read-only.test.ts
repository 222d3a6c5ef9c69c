import assert from 'node:assert/strict';
import { KnownQueries } from '../../src/dav/properties/known-queries.js';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { handleReadOnly, noProperties } from '../../src/dav/read-only.js';
import { ShareCollection } from '../../src/dav/share-collection.js';
import { isFailure } from '../../src/failure.js';
import { rootPath, serverPathOf } from '../../src/http/target.js';
import type { CollectionStat, ReadableStorage } from '../../src/storage/storage.js';
import { bytesOf } from '../contracts/bodies.js';
import { inShare } from '../helpers/paths.js';
import { readMultistatus } from './xml-tree.js';
import { xmlAllowance, xmlLimits } from './limits.js';

const since = Date.parse('2024-02-29T12:00:00Z');
const known: CollectionStat = { kind: 'collection', modified: since + 86_400_000, created: undefined };

const shares = new ShareCollection(
  [
    { path: serverPathOf('/docs'), stat: () => Promise.resolve(known) },
    { path: serverPathOf('/a/b & c'), stat: () => Promise.resolve(undefined) },
    { path: serverPathOf('/a/d/e'), stat: () => Promise.resolve(undefined) },
    { path: serverPathOf('/ab'), stat: () => Promise.resolve(undefined) },
  ],
  since,
);

const ask = (method: string, path: string, depth = '1', storage: ReadableStorage = shares) =>
  handleReadOnly(
    {
      method,
      base: rootPath,
      path: inShare(path),
      collection: true,
      headers: { depth },
      body: Readable.from([]),
      storage,
    },
    {
      properties: storage === shares ? shares : noProperties,
      xmlLimits,
      queries: new KnownQueries(),
      xmlBytes: xmlAllowance(),
      owner: 'alice',
      mayRead: () => true,
      depthInfinity: false,
      classes: '1, 2',
      get: () => ({ status: 200, headers: [], body: 'page' }),
    },
  );

describe('the collections above the shares', () => {
  const listings: readonly [string, string, readonly string[]][] = [
    ['/', '0', ['/']],
    ['/', '1', ['/', '/docs/', '/a/', '/ab/']],
    ['/a', '1', ['/a/', '/a/b%20%26%20c/', '/a/d/']],
    ['/a/d', '1', ['/a/d/', '/a/d/e/']],
  ];
  for (const [path, depth, expected] of listings) {
    test(`list ${path} with Depth ${depth}`, async () => {
      const { status, body } = await ask('PROPFIND', path, depth);
      assert.equal(status, 207);
      const members = readMultistatus((await bytesOf(body)).toString());
      assert.deepEqual(
        members.map(({ href }) => href),
        expected,
      );
      for (const { href, properties } of members) {
        const found = properties.get(200);
        assert.deepEqual(
          found?.get('{DAV:}resourcetype')?.elements.map(({ name }) => name),
          ['{DAV:}collection'],
        );
        const name = decodeURIComponent(href).split('/').at(-2);
        assert.equal(found.get('{DAV:}displayname')?.text, href === '/' ? undefined : name);
        const modified = href === '/docs/' ? known.modified : since;
        assert.equal(Date.parse(found.get('{DAV:}getlastmodified')?.text ?? ''), modified, href);
      }
    });
  }

  test('are not listed as a whole tree', async () => {
    await assert.rejects(
      ask('PROPFIND', '/', 'infinity'),
      (error) => isFailure(error, 'forbidden') && error.condition === 'propfind-finite-depth',
    );
  });

  test('are nothing where no share is', async () => {
    for (const path of ['/b', '/a/b', '/docs/x', '/abc']) {
      for (const method of ['PROPFIND', 'OPTIONS']) {
        await assert.rejects(ask(method, path), (error) => isFailure(error, 'not-found'), path);
      }
      await assert.rejects(async () => {
        for await (const batch of shares.list(inShare(path))) assert.fail(String(batch.length));
      });
    }
    await assert.rejects(shares.open(), (error) => isFailure(error, 'not-found'));
  });

  test('are empty for a user who may read no share', async () => {
    const { body } = await ask('PROPFIND', '/', '1', new ShareCollection([], since));
    const members = readMultistatus((await bytesOf(body)).toString());
    assert.deepEqual(
      members.map(({ href }) => href),
      ['/'],
    );
  });

  test('say what they can', async () => {
    const { headers } = await ask('OPTIONS', '/');
    assert.deepEqual(new Map(headers).get('DAV'), '1, 2');
    assert.deepEqual(new Map(headers).get('MS-Author-Via'), 'DAV');
    assert.deepEqual(new Map(headers).get('Allow'), 'OPTIONS, GET, HEAD, PROPFIND');
    for (const method of ['GET', 'HEAD']) assert.equal((await ask(method, '/')).body, 'page');
  });

  for (const method of ['PUT', 'POST', 'DELETE', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK', 'get', 'BREW']) {
    test(`answer ${method} with what is allowed, whether something is there or not`, async () => {
      for (const path of ['/', '/a', '/nowhere']) {
        await assert.rejects(ask(method, path), (error) => {
          assert.ok(isFailure(error, 'method-not-allowed'));
          assert.deepEqual(error.headers, [['Allow', 'OPTIONS, GET, HEAD, PROPFIND']]);
          return true;
        });
      }
    });
  }
});
