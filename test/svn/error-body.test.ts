import assert from 'node:assert/strict';
import { test } from 'node:test';
import { svnErrorBody } from '../../src/svn/error-body.js';

test('an error body is well-formed whatever the sentence', () => {
  const body = svnErrorBody('Only <staff> & "friends" may \u0001 write\ud800 here ]]>.');
  assert.match(body, /^<\?xml version="1\.0" encoding="utf-8"\?>\n<D:error /);
  assert.match(body, /\nOnly &lt;staff&gt; &amp; "friends" may \ufffd write\ufffd here \]\]&gt;\.\n/);
  assert.match(body, /<m:human-readable errcode="175002">/);
});
