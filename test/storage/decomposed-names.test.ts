import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { composedPath } from '../../src/storage/decomposed-names.js';
import type { ReadableStorage } from '../../src/storage/storage.js';
import { bodyOf } from '../contracts/bodies.js';
import { inShare } from '../contracts/paths.js';
import { localStorage } from './local-setting.js';

const nfc = '\u00fcber';
const nfd = 'u\u0308ber';

describe('A path whose names come as NFD', () => {
  const cases: readonly [string, readonly string[], string, string][] = [
    ['finds the NFC name', [nfc], `/${nfd}`, `/${nfc}`],
    ['finds the NFD name', [nfd], `/${nfd}`, `/${nfd}`],
    ['finds the NFD name where both are', [nfd, nfc], `/${nfd}`, `/${nfd}`],
    ['is NFC where nothing is', [], `/${nfd}`, `/${nfc}`],
    ['below a folder of either form', [nfd], `/${nfd}/${nfd}`, `/${nfd}/${nfc}`],
    ['below an NFC folder', [nfc], `/${nfd}/${nfd}/plain`, `/${nfc}/${nfc}/plain`],
    ['beside plain names', ['plain'], `/plain/${nfd}`, `/plain/${nfc}`],
  ];
  for (const [what, folders, path, expected] of cases) {
    test(what, async (t) => {
      const { storage } = localStorage(t);
      for (const name of folders) await storage.makeCollection(inShare(`/${name}`));
      assert.equal(await composedPath(storage, inShare(path)), expected);
    });
  }

  test('that is NFC already is not looked up, nor changed where an NFD name is there', async (t) => {
    const { storage } = localStorage(t);
    await storage.write(inShare(`/${nfd}`), bodyOf('x'));
    let lookups = 0;
    const counting: ReadableStorage = {
      stat: (path) => {
        lookups += 1;
        return storage.stat(path);
      },
      list: (path) => storage.list(path),
      open: (path) => storage.open(path),
    };
    for (const path of ['/', '/plain', `/${nfc}`, `/plain/${nfc}`]) {
      assert.equal(await composedPath(counting, inShare(path)), path);
    }
    assert.equal(lookups, 0);
  });
});
