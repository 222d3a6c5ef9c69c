import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from '../../helpers/seeded-fast-check.js';
import { changedAnswers, type GeneratedAnswer, soundAnswers } from './generated-answers.js';
import { BothClients, type Outcome } from './read-by-both.js';

const clients = new BothClients();
before(() => clients.start());
after(() => {
  clients.close();
});

/** Both clients take the answer for the same, or none takes it. @returns whether they take it */
function assertSame(ours: Outcome, nodes: Outcome): boolean {
  if ('refused' in ours && 'refused' in nodes) return false;
  assert.deepEqual(ours, nodes);
  return true;
}

/** Why ours refuses, with a single change, what node:http takes. */
const stricter = new Set([
  'The status line cannot be read.',
  'The transfer coding is not known.',
  'The size of a chunk cannot be read.',
  'More bytes came than were announced.',
  'Bytes came after the end of the body.',
  'Nobody asked for another protocol.',
]);

describe('generated answers are the same to our client and to node:http', () => {
  /** Reads each, and fails where `same` throws or nothing is taken, or nothing refused. */
  const compare = async (
    answers: fc.Arbitrary<GeneratedAnswer>,
    numRuns: number,
    same: (ours: Outcome, nodes: Outcome) => boolean,
  ): Promise<void> => {
    const taken = new Set<boolean>();
    const property = fc.asyncProperty(answers, async ({ method, pieces }) => {
      const { ours, nodes } = await clients.read(method, pieces);
      taken.add(same(ours, nodes));
    });
    await fc.assert(property, { numRuns });
    assert.equal(taken.size, 2);
  };

  test('sound ones, some of which break off', () => compare(soundAnswers, 1000, assertSame));

  test('ones with a fault, but for those that ours refuses on purpose', () =>
    compare(changedAnswers, 2000, (ours, nodes) => {
      if ('refused' in ours && !('refused' in nodes) && stricter.has(ours.refused)) return false;
      return assertSame(ours, nodes);
    }));
});

const ok = 'HTTP/1.1 200 OK\r\n';
const length = 'Content-Length: 2\r\n\r\nok';
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;
const chunks = '2\r\nok\r\n0\r\n\r\n';

const read = (text: string, method = 'GET') => clients.read(method, [text]);

describe('our client refuses on purpose what node:http takes', () => {
  const cases: Readonly<Record<string, readonly [what: string, answer: string][]>> = {
    'The status line cannot be read.': [
      ['an empty line before the status line', `\r\n${ok}${length}`],
      ['a line feed before the status line', `\n${ok}${length}`],
      ['a control character in the reason phrase', `HTTP/1.1 200 O\x01K\r\n${length}`],
      ['a status of more than 599', `HTTP/1.1 600 X\r\n${length}`],
      ['a status of less than 100', `HTTP/1.1 099 X\r\n${length}`],
      ['HTTP/2.0', `HTTP/2.0 200 OK\r\n${length}`],
      ['HTTP/0.9', `HTTP/0.9 200 OK\r\n${length}`],
      ['RTSP', `RTSP/1.0 200 OK\r\n${length}`],
    ],
    'The transfer coding is not known.': [
      ['a coding that is not chunked', `${ok}Transfer-Encoding: gzip\r\n\r\nok`],
      ['a coding under the chunks', `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n${chunks}`],
      ['chunks twice', `${ok}Transfer-Encoding: chunked\r\n${chunked.slice(ok.length)}${chunks}`],
      ['no coding', `${ok}Transfer-Encoding:\r\n\r\nok`],
    ],
    'Nobody asked for another protocol.': [
      ['101 without a protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ],
    'The length of the answer is not a number.': [
      ['a length of nineteen digits', `${ok}Content-Length: 0000000000000000002\r\n\r\nok`],
    ],
    'The size of a chunk cannot be read.': [
      ['a size of thirteen digits', `${chunked}0000000000002\r\nok\r\n0\r\n\r\n`],
      ['an extension without its value', `${chunked}2;a=\r\nok\r\n0\r\n\r\n`],
    ],
    'More bytes came than were announced.': [
      ['bytes after an announced body', `${ok}${length}x`],
      ['a second answer', `${ok}${length}${ok}${length}`],
      ['bytes after an answer that has no body', 'HTTP/1.1 204 No Content\r\n\r\nx'],
    ],
    'Bytes came after the end of the body.': [['bytes after the last chunk', `${chunked}${chunks}x`]],
    'The header section has too many fields.': [
      ['a thousand fields and one', `${ok}${'X: y\r\n'.repeat(1000)}${length}`],
    ],
    'The trailer section has a field that only a head may have.': [
      ['a transfer coding after the body', `${chunked}2\r\nok\r\n0\r\nTransfer-Encoding: gzip\r\n\r\n`],
    ],
  };
  for (const [refused, answers] of Object.entries(cases)) {
    for (const [what, answer] of answers) {
      test(what, async () => {
        const { ours, nodes } = await read(answer);
        assert.deepEqual(ours, { refused });
        assert.ok(!('refused' in nodes));
      });
    }
  }

  test('is all of it: each reason of the generated ones is here', () => {
    for (const reason of stricter) assert.ok(reason in cases, reason);
  });
});

test('a tab behind a length or a transfer coding is space to our client only', async () => {
  const counted = await read(`${ok}Content-Length: 2\t\r\n\r\nok`);
  assert.ok(!('refused' in counted.ours) && 'refused' in counted.nodes);
  assert.equal(counted.ours.body, 'ok');
  const { ours, nodes } = await read(`${ok}Transfer-Encoding: chunked\t\r\n\r\n${chunks}`);
  assert.ok(!('refused' in ours) && !('refused' in nodes));
  assert.deepEqual([ours.body, nodes.body], ['ok', chunks]);
});

describe('both refuse', () => {
  for (const [what, answer, method] of [
    ['another protocol', `HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n${ok}${length}`],
    ['an interim answer of HTTP/1.0', `HTTP/1.0 100 Continue\r\n\r\n${ok}${length}`],
    ['an interim answer that closes', `HTTP/1.1 100 Continue\r\nConnection: close\r\n\r\n${ok}${length}`],
    ['both lengths', `${ok}Content-Length: 2\r\n${chunked.slice(ok.length)}${chunks}`],
    ['both lengths, to HEAD', `${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n`, 'HEAD'],
    ['two lengths', `${ok}Content-Length: 2\r\n${length}`],
    ['a length that is no number', `${ok}Content-Length: x\r\n\r\n`],
    ['a length that is no number, to HEAD', `${ok}Content-Length: x\r\n\r\n`, 'HEAD'],
    ['a length after the body', `${chunked}2\r\nok\r\n0\r\nContent-Length: 5\r\n\r\n`],
    ['a folded field', `${ok}X-A: a\r\n b\r\n${length}`],
    ['a space before the colon', `${ok}X-A : a\r\n${length}`],
    ['a bare line feed', `${ok}X-A: a\n${length}`],
    ['a bare carriage return', `${ok}X-A: a\rb\r\n${length}`],
    ['a space behind the size of a chunk', `${chunked}2 \r\nok\r\n0\r\n\r\n`],
    ['an empty extension', `${chunked}2;\r\nok\r\n0\r\n\r\n`],
    ['a quotation without an end', `${chunked}2;a="b\r\nok\r\n0\r\n\r\n`],
    ['a chunk that ends in a line feed', `${chunked}2\r\nok\n0\r\n\r\n`],
    ['nothing', ''],
    ['half a head', `${ok}X-A: a`],
    ['an interim answer alone', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ] as const) {
    test(what, async () => {
      const { ours, nodes } = await read(answer, method);
      assert.ok('refused' in ours && 'refused' in nodes, JSON.stringify({ ours, nodes }));
    });
  }
});
