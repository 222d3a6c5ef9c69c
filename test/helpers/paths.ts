import assert from 'node:assert/strict';
import { rootPath, serverPathOf, within, type ServerPath, type SharePath } from '../../src/http/target.js';

/** A path inside a share, written by hand. */
export function inShare(path: string): SharePath {
  const inside = within(rootPath, serverPathOf(path));
  assert.ok(inside !== undefined);
  return inside;
}

/** A path on the server, written by hand. */
export function onServer(path: string): ServerPath {
  return serverPathOf(path);
}
