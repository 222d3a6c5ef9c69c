import assert from 'node:assert/strict';
import { rootPath, serverPathOf, within, type SharePath } from '../../src/http/target.js';

/** A path inside a share, from its decoded text. */
export function inShare(path: string): SharePath {
  const inside = within(rootPath, serverPathOf(path));
  assert.ok(inside !== undefined);
  return inside;
}
