import fc from '../../helpers/seeded-fast-check.js';
import type { Pieces } from './read-by-both.js';

/** The method of a request, and its answer as it comes. */
export interface GeneratedAnswer {
  readonly method: string;
  readonly pieces: Pieces;
}

const lineEnd = '\r\n';
/** A place in a text; fast-check's own fractions are nearly all close to 0. */
const fraction = fc.nat(9999).map((number) => number / 10_000);

const oneOf = (characters: string): fc.Arbitrary<string> => fc.constantFrom(...Array.from(characters));

const token = fc.string({
  unit: oneOf('abcXYZ019!#$%&*+-.^_|~'),
  minLength: 1,
  maxLength: 12,
});
const visible = fc.string({
  unit: oneOf('aZ09 \t"\':;,=/\\()<>@[]{}?~\xe9\xff'),
  maxLength: 20,
});
const blanks = fc.string({ unit: fc.constantFrom(' ', '\t'), maxLength: 3 });

/** Names that say how long an answer is, or what becomes of its connection, are added on purpose only. */
const plainName = fc
  .oneof(token, fc.constantFrom('DAV', 'dav', 'ETag', 'Set-Cookie', 'Content-Type', 'X-A', 'Date', 'Vary'))
  .filter((name) => !/^(?:content-length|transfer-encoding|connection|upgrade|trailer)$/i.test(name));
const field = fc
  .tuple(plainName, blanks, visible, blanks)
  .map(([name, before, value, behind]) => `${name}:${before}${value}${behind}`);
const fields = fc.array(field, { maxLength: 6 });

const content = fc.string({ unit: oneOf('ab\r\n\0\x7f\xff0;:'), maxLength: 60 });

const chunk = fc
  .record({
    content: content.filter((text) => text !== ''),
    zeros: fc.nat(3),
    upper: fc.boolean(),
    extension: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, fc.constantFrom(';a', ';a=b', ';a="b"')),
  })
  .map(({ content, zeros, upper, extension }) => {
    const size = content.length.toString(16);
    return `${'0'.repeat(zeros)}${upper ? size.toUpperCase() : size}${extension}${lineEnd}${content}${lineEnd}`;
  });

/** A framing: the fields that announce it, and what follows the head. */
const framed = fc.oneof(
  {
    weight: 3,
    arbitrary: content.map((text) => ({ announced: [`Content-Length: ${text.length}`], rest: text })),
  },
  {
    weight: 1,
    arbitrary: content.map((text) => ({ announced: [`content-length:00${text.length} `], rest: text })),
  },
  // More than comes.
  {
    weight: 1,
    arbitrary: content.map((text) => ({ announced: [`Content-Length: ${text.length + 1}`], rest: text })),
  },
  { weight: 2, arbitrary: content.map((text) => ({ announced: [], rest: text })) },
  {
    weight: 5,
    arbitrary: fc
      .record({
        chunks: fc.array(chunk, { maxLength: 4 }),
        trailers: fields,
        coding: fc.constantFrom('chunked', 'Chunked', 'chunked '),
        whole: fc.nat(9).map((number) => number > 0),
      })
      .map(({ chunks, trailers, coding, whole }) => {
        const end = whole ? ['0', ...trailers, '', ''].join(lineEnd) : '';
        return { announced: [`Transfer-Encoding: ${coding}`], rest: chunks.join('') + end };
      }),
  },
);

const interim = fc
  .tuple(
    fc.constantFrom('100 Continue', '102 Processing', '103 Early Hints'),
    fc.array(field, { maxLength: 2 }),
  )
  .map(([status, lines]) => [`HTTP/1.1 ${status}`, ...lines, '', ''].join(lineEnd));

const reason = fc.oneof(
  fc.constantFrom(' OK', ' ', ''),
  visible.map((text) => ` ${text}`),
);
const statusLine = fc
  .record({
    minor: fc.constantFrom('1', '1', '1', '0'),
    status: fc.oneof(fc.constantFrom(200, 200, 207, 204, 304, 404, 500), fc.integer({ min: 200, max: 599 })),
    reason,
  })
  .map(({ minor, status, reason }) => ({ status, line: `HTTP/1.${minor} ${status}${reason}` }));

const connection = fc.constantFrom([], [], ['Connection: close'], ['Connection: Keep-Alive']);

/** Sound answers, but for bodies that break off. */
const sound = fc
  .record({
    method: fc.constantFrom('GET', 'REPORT', 'HEAD'),
    interims: fc.array(interim, { maxLength: 2 }),
    statusLine,
    fields,
    connection,
    at: fc.nat(6),
    framed,
  })
  .map(({ method, interims, statusLine: { status, line }, fields, connection, at, framed }) => {
    const all = [...fields.slice(0, at), ...framed.announced, ...connection, ...fields.slice(at)];
    const bodiless = method === 'HEAD' || status === 204 || status === 304;
    const text = [...interims, [line, ...all, '', ''].join(lineEnd), bodiless ? '' : framed.rest].join('');
    return { method, text };
  });

interface Change {
  readonly kind: 'insert' | 'replace' | 'remove';
  readonly at: number;
  readonly text: string;
}

/** One change of a few characters, anywhere. */
const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom<Change['kind']>('insert', 'replace', 'remove'),
  at: fraction,
  text: fc.constantFrom(
    ...[
      '\r',
      '\n',
      '\0',
      ' ',
      '\t',
      ':',
      ';',
      '\x7f',
      '\x01',
      '0',
      '1',
      '9',
      'f',
      'x',
      '-',
      '\xe9',
      '\r\n',
      '\r\n ',
    ],
  ),
});

function changed(text: string, { kind, at, text: put }: Change): string {
  const place = Math.floor(at * text.length);
  const after = kind === 'insert' ? place : place + 1;
  return text.slice(0, place) + (kind === 'remove' ? '' : put) + text.slice(after);
}

const cuts = fc.oneof(
  { weight: 3, arbitrary: fc.array(fraction, { maxLength: 6 }) },
  // After each byte.
  { weight: 1, arbitrary: fc.constant(undefined) },
);

function cut(text: string, at: readonly number[] | undefined): string[] {
  if (at === undefined) return Array.from(text);
  const places = at.map((place) => Math.floor(place * text.length)).sort((one, other) => one - other);
  return [0, ...places].map((place, index) => text.slice(place, places[index] ?? text.length));
}

/** node:http takes a tab behind these for a part of the value, and space only before them. */
const misreadByNode = /^(?:transfer-encoding|content-length):[^\r\n]*\t/im;

const onTheWire = (answers: fc.Arbitrary<{ method: string; text: string }>): fc.Arbitrary<GeneratedAnswer> =>
  fc
    .tuple(
      answers.filter(({ text }) => !misreadByNode.test(text)),
      cuts,
    )
    .map(([{ method, text }, at]) => ({ method, pieces: cut(text, at).filter((piece) => piece !== '') }));

/** Answers as RFC 9112 has them, some of which break off. */
export const soundAnswers = onTheWire(sound);

/** Answers with one fault, or none that shows. */
export const changedAnswers = onTheWire(
  fc.tuple(sound, change).map(([{ method, text }, change]) => ({ method, text: changed(text, change) })),
);
