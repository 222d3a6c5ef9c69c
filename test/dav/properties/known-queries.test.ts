import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { KnownQueries } from '../../../src/dav/properties/known-queries.js';
import { isFailure } from '../../../src/failure.js';
import { xmlAllowance, xmlLimits } from '../limits.js';

const body = (names: string): string => `<D:propfind xmlns:D="DAV:"><D:prop>${names}</D:prop></D:propfind>`;

describe('PROPFIND bodies that are known by their bytes', () => {
  const queries = new KnownQueries();
  const reading = { xmlLimits, xmlBytes: xmlAllowance(), owner: 'alice' };
  const read = (text: string | Buffer, own = reading) => {
    const bytes = Buffer.from(text);
    return queries.read(
      {
        headers: { 'content-length': String(bytes.length) },
        body: Readable.from([bytes.subarray(0, 5), bytes.subarray(5)], { objectMode: false }),
      },
      own,
    );
  };

  it('mean the same each time, and other bodies mean something else', async () => {
    for (const _ of [1, 2, 3]) {
      assert.deepEqual(await read(body('<D:getetag/>')), { kind: 'prop', names: ['{DAV:}getetag'] });
      assert.deepEqual(await read(body('<D:getetat/>')), { kind: 'prop', names: ['{DAV:}getetat'] });
      assert.deepEqual(await read(body('<x:ä xmlns:x="y"/>')), { kind: 'prop', names: ['{y}ä'] });
    }
  });

  it('are the same in UTF-16', async () => {
    const text = Buffer.from(`\ufeff${body('<D:getetag/>')}`, 'utf16le');
    for (const _ of [1, 2]) {
      assert.deepEqual(await read(text), { kind: 'prop', names: ['{DAV:}getetag'] });
    }
  });

  it('are refused each time if they are not valid', async () => {
    const wrong = [
      '<D:propfind xmlns:D="DAV:">',
      '<a/>',
      '<!DOCTYPE a><a/>',
      Buffer.from([0x3c, 0x61, 0xff, 0x2f, 0x3e]),
      `${body('<D:getetag/>')}<a/>`,
    ];
    for (const text of [...wrong, ...wrong]) {
      await assert.rejects(read(text), (error) => isFailure(error, 'malformed'));
    }
  });

  it('count to the bytes that one owner may have in memory, until they are read', async () => {
    const xmlBytes = xmlAllowance();
    const text = body('<D:getetag/>');
    await read(text, { ...reading, xmlBytes });
    assert.equal(xmlBytes.held, 0);
    const tight = { ...reading, xmlLimits: { ...xmlLimits, size: text.length - 1 } };
    await assert.rejects(read(text, tight), (error) => isFailure(error, 'too-large'));
  });

  it('that break off are malformed', async () => {
    const broken = new Readable({ read: () => undefined });
    const query = queries.read({ headers: { 'content-length': '50' }, body: broken }, reading);
    broken.push('<D:prop');
    broken.destroy();
    await assert.rejects(query, (error) => isFailure(error, 'malformed'));
  });
});
