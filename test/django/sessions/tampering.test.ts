import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Database from 'better-sqlite3';
import fc from '../../helpers/seeded-fast-check.js';
import { newName, reading, secretKey, siteOfSuite, using } from './setting.js';

/** Every text that differs from `text` in one character, with one more, or with one less. */
function* edits(text: string, other: (character: string) => string): Generator<string> {
  for (let index = 0; index <= text.length; index += 1) {
    const [before, character, after] = [text.slice(0, index), text.charAt(index), text.slice(index + 1)];
    yield `${before}A${character}${after}`;
    if (character === '') continue;
    yield before + after;
    yield before + other(character) + after;
  }
}

/** The same character with its lowest bit turned: in base64 the smallest change there is. */
const turned = (character: string) => String.fromCharCode(character.charCodeAt(0) ^ 1);
const swapped = (character: string) => (character === 'A' ? 'B' : 'A');

describe('a session that was tampered with is nobody', () => {
  const site = siteOfSuite();

  for (const compressed of [false, true]) {
    test(`at every character of a ${compressed ? 'compressed' : 'plain'} signed cookie`, async (t) => {
      const username = newName();
      await site().user(username);
      let cookie = await site().login(username, using('signed_cookies'));
      if (compressed)
        cookie = await site().put(cookie, { text: 'tide '.repeat(100) }, using('signed_cookies'));
      const users = reading(t, site().file, { engine: 'signed_cookies' });
      assert.equal((await users.find(cookie))?.username, username);
      for (const change of [turned, swapped]) {
        for (const edited of edits(cookie, change)) {
          if (edited !== cookie) assert.equal(await users.find(edited), undefined, edited);
        }
      }
    });
  }

  test('at every character of the row, or with another row’s key', async (t) => {
    const username = newName();
    await site().user(username);
    const cookie = await site().login(username, using('db'));
    const users = reading(t, site().file);
    const database = new Database(site().file);
    t.after(() => database.close());
    const select = database.prepare<[string], string>(
      'select session_data from django_session where session_key = ?',
    );
    const update = database.prepare('update django_session set session_data = ? where session_key = ?');
    const data = select.pluck().get(cookie) ?? '';
    assert.match(data, /:/);
    for (const edited of edits(data, turned)) {
      update.run(edited, cookie);
      assert.equal(await users.find(edited), undefined);
      if (edited !== data) assert.equal(await users.find(cookie), undefined, edited);
    }
    update.run(data, cookie);
    assert.equal((await users.find(cookie))?.username, username);
    for (const edited of edits(cookie, swapped)) assert.equal(await users.find(edited), undefined);
  });

  test('whatever else the cookie holds', async (t) => {
    const username = newName();
    await site().user(username);
    const known = await site().login(username, using('signed_cookies'));
    const cookies = reading(t, site().file, { engine: 'signed_cookies' });
    const rows = reading(t, site().file);
    const piece = fc.oneof(fc.constantFrom(...known.split(':'), ':', '.', '', '\0', '=', '%'), fc.string());
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
        async (cookie) => {
          fc.pre(cookie !== known);
          assert.equal(await cookies.find(cookie), undefined);
          assert.equal(await rows.find(cookie), undefined);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('when it was signed for another purpose', async (t) => {
    const username = newName();
    await site().user(username);
    const cookie = await site().login(username, using('db'));
    const database = new Database(site().file);
    t.after(() => database.close());
    const data = database
      .prepare<[string], string>('select session_data from django_session where session_key = ?')
      .pluck()
      .get(cookie);
    // The right secret and a right login, but of the other engine.
    assert.equal(await reading(t, site().file, { engine: 'signed_cookies' }).find(data ?? ''), undefined);
    assert.equal(await reading(t, site().file, { keys: [`${secretKey} `] }).find(cookie), undefined);
  });
});
