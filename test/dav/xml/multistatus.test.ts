import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { memberStatus, multistatus, multistatusOf, statusLine } from '../../../src/dav/xml/multistatus.js';
import { bytesOf } from '../../contracts/bodies.js';
import { readMultistatus } from '../xml-tree.js';

async function* runs(...texts: readonly string[]): AsyncGenerator<string> {
  for (const text of texts) {
    await Promise.resolve();
    yield text;
  }
}

const long = (href: string): string => memberStatus(`/${href}${'x'.repeat(70_000)}`, 404);

describe('a multistatus', () => {
  test('that is short is whole, with its length in bytes', async () => {
    const response = await multistatus(runs(memberStatus('/\u00e4', 423), memberStatus('/b', 424)));
    assert.ok(Buffer.isBuffer(response.body));
    const length = response.headers.find(([name]) => name === 'Content-Length')?.[1];
    assert.equal(length, String(response.body.length));
    const members = readMultistatus(response.body.toString());
    assert.deepEqual(
      members.map(({ href, status }) => [href, status]),
      [
        ['/\u00e4', 423],
        ['/b', 424],
      ],
    );
    assert.deepEqual(multistatusOf([memberStatus('/\u00e4', 423), memberStatus('/b', 424)]), response);
  });

  test('of nothing is an empty one', async () => {
    assert.deepEqual(readMultistatus((await bytesOf((await multistatus(runs())).body)).toString()), []);
  });

  test('that is long is streamed in the same form', async () => {
    const response = await multistatus(runs(long('a'), long('b'), '', long('c')));
    assert.ok(response.body instanceof Readable);
    assert.equal(response.status, 207);
    const members = readMultistatus((await bytesOf(response.body)).toString());
    assert.deepEqual(
      members.map(({ href }) => href.slice(0, 2)),
      ['/a', '/b', '/c'],
    );
  });

  test('asks for no more than is read', async () => {
    const asked: string[] = [];
    const times = (): number => asked.length;
    async function* endless(): AsyncGenerator<string> {
      for (;;) {
        asked.push('a');
        await Promise.resolve();
        yield long('a');
      }
    }
    const { body } = await multistatus(endless());
    assert.ok(body instanceof Readable);
    assert.equal(times(), 1);
    body.read(0);
    for (let turns = 0; turns < 50; turns += 1) await new Promise(setImmediate);
    const count: number = asked.length;
    assert.ok(count > 1 && count < 10, `${count} asked for`);
    body.destroy();
  });

  for (const moment of ['unread', 'in the middle']) {
    test(`ends its source when it is destroyed ${moment}`, async () => {
      let over = false;
      async function* source(): AsyncGenerator<string> {
        try {
          for (;;) {
            await Promise.resolve();
            yield long('a');
          }
        } finally {
          over = true;
        }
      }
      const { body } = await multistatus(source());
      assert.ok(body instanceof Readable);
      if (moment === 'in the middle') {
        body.read(0);
        await new Promise(setImmediate);
      }
      body.destroy();
      for (let turns = 0; turns < 50; turns += 1) await new Promise(setImmediate);
      assert.equal(over, true);
    });
  }

  test('whose source fails at the start is that failure, later a stream that breaks off', async () => {
    async function* failing(first: string): AsyncGenerator<string> {
      await Promise.resolve();
      if (first !== '') yield first;
      throw new RangeError('the disk has gone');
    }
    await assert.rejects(multistatus(failing('')), RangeError);
    const { body } = await multistatus(failing(long('a')));
    await assert.rejects(bytesOf(body), RangeError);
  });

  test('escapes hrefs, and names a condition', () => {
    const [member] = readMultistatus(multistatusText(memberStatus('/a&<b>', 423, 'lock-token-submitted')));
    assert.deepEqual(
      [member?.href, member?.status, member?.condition],
      ['/a&<b>', 423, '{DAV:}lock-token-submitted'],
    );
  });
});

test('a status line has the reason that belongs to the number', () => {
  assert.equal(statusLine(200), 'HTTP/1.1 200 OK');
  assert.equal(statusLine(424), 'HTTP/1.1 424 Failed Dependency');
  assert.equal(statusLine(599), 'HTTP/1.1 599 Unknown');
});

function multistatusText(...responses: readonly string[]): string {
  const { body } = multistatusOf(responses);
  assert.ok(Buffer.isBuffer(body));
  return body.toString();
}
