import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { errorResponse, type ErrorRequest, errorPage } from '../../../server/pages/error-response.js';
import { noSniffing, pageRestrictions } from '../../../server/pages/layout.js';
import { Failure } from '../../../src/failure.js';
import { svnErrorBody } from '../../../src/svn/error-body.js';

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const locked = new Failure('locked', 'Bob <holds> a lock.', { condition: 'lock-token-submitted' });
const missing = new Failure('not-found', 'There is nothing here.');

const page = 'text/html; charset=utf-8';
const svnXml = 'text/xml; charset="utf-8"';
const davXml = 'application/xml; charset=utf-8';
const plain = 'text/plain; charset=utf-8';

const forms: readonly (readonly [
  who: string,
  failure: Failure,
  asked: Partial<ErrorRequest>,
  type: string,
])[] = [
  ['a browser, in a WebDAV share', missing, { accept: browser }, page],
  ['a browser, in an svn share', missing, { accept: browser, svn: true }, page],
  ['a browser, with a condition', locked, { accept: browser }, page],
  ['a browser, in no share', missing, { accept: browser }, page],
  ['svn', missing, { svn: true }, svnXml],
  ['svn, with a condition', locked, { svn: true, accept: '*/*' }, svnXml],
  ['a WebDAV client, with a condition', locked, { accept: '*/*' }, davXml],
  ['a WebDAV client that says nothing, with a condition', locked, {}, davXml],
  ['a WebDAV client, without a condition', missing, {}, plain],
  ['a program, in a static share', missing, { accept: '*/*' }, plain],
  ['a program, in no share', missing, {}, plain],
];

function answer(failure: Failure, asked: Partial<ErrorRequest> = {}) {
  const response = errorResponse(failure, {
    accept: undefined,
    svn: false,
    requestId: 'id-1',
    ...asked,
  });
  assert.ok(response.body instanceof Buffer);
  return { status: response.status, headers: response.headers, body: response.body };
}

describe('errorResponse', () => {
  for (const [who, failure, asked, type] of forms) {
    test(`answers ${who} with ${type}`, () => {
      const { status, headers, body } = answer(failure, asked);
      assert.equal(status, failure === locked ? 423 : 404);
      assert.deepEqual(headers, [
        ['Content-Type', type],
        ['Content-Length', String(body.length)],
        ['Cache-Control', 'no-store'],
        ...(type === page ? pageRestrictions : [noSniffing]),
      ]);
    });
  }

  test('a browser gets the page', () => {
    const { body } = answer(locked, { accept: browser });
    assert.equal(body.toString(), errorPage(423, 'Bob <holds> a lock.', 'id-1'));
  });

  test('svn gets what it prints', () => {
    const { body } = answer(locked, { svn: true });
    assert.equal(body.toString(), svnErrorBody('Bob <holds> a lock.'));
    assert.match(body.toString(), /<m:human-readable errcode="175002">\nBob &lt;holds&gt; a lock\.\n</);
  });

  test("a WebDAV client gets RFC 4918's error element", () => {
    assert.equal(
      answer(locked, {}).body.toString(),
      '<?xml version="1.0" encoding="utf-8"?>\n' +
        '<D:error xmlns:D="DAV:"><D:lock-token-submitted/><!-- Bob &lt;holds&gt; a lock. --></D:error>\n',
    );
  });

  test('a sentence with two hyphens does not end the comment that it stands in', () => {
    const failure = new Failure('forbidden', 'No --> <evil/> here', { condition: 'propfind-finite-depth' });
    const comment = /<!--([^]*?)-->/.exec(answer(failure).body.toString())?.[1] ?? '';
    assert.equal(comment, ' No - -&gt; &lt;evil/&gt; here ');
  });

  test('a program gets a few lines of text', () => {
    assert.equal(answer(missing).body.toString(), '404 Not Found\nThere is nothing here.\nRequest: id-1\n');
  });

  test('the length is that of the bytes', () => {
    const { headers, body } = answer(new Failure('forbidden', 'Nur f\u00fcr \u00c4ltere.'));
    assert.equal(headers[1]?.[1], String(Buffer.byteLength(body.toString())));
    assert.notEqual(body.length, body.toString().length);
  });

  test('the fields of the failure are part of every form', () => {
    const challenge = [['WWW-Authenticate', 'Basic realm="davgate"']] as const;
    const failure = new Failure('unauthenticated', 'Sign in to continue.', { headers: challenge });
    for (const asked of [{ accept: browser }, { svn: true }, {}] as const) {
      const { status, headers } = answer(failure, asked);
      assert.equal(status, 401);
      assert.deepEqual(headers.at(-1), challenge[0]);
    }
  });

  test('what went wrong underneath is not told', () => {
    const failure = new Failure('internal', 'The server could not do this.', {
      cause: new Error('open /srv/secret'),
    });
    for (const asked of [{ accept: browser }, { svn: true }, {}] as const) {
      assert.doesNotMatch(answer(failure, asked).body.toString(), /secret/);
    }
  });
});
