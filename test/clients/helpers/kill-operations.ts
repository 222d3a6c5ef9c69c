import { copy, file, move, put, remove, type Tree } from './kill-tree.js';
import type { Traced } from './dav-client.js';

/** One change that a client asks for, and the tree that there is when it is done. */
export interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly traced: Traced;
  readonly after: Tree;
  /** What may be found of it when it was not answered: all or nothing, or some members as they were and some as they become. */
  readonly extent: 'whole' | 'by member';
  /** What gets a new property first, so that there is one to follow it. */
  readonly marked?: string;
  /** What is locked first; the change is made with the token. */
  readonly locked?: string;
}

const names = ['/one/new 1.txt', '/one/new 2.txt', '/one/new 3.txt'];

/** Everything that can be asked of a tree; nobody but these operations changes it. */
export function operations(tree: Tree, random: () => number): Operation[] {
  const all: Operation[] = [];
  const body = bodyOf(random);
  const puts = (name: string, path: string, more: Partial<Operation> = {}): void => {
    const after = put(tree, path, { ...file(body), mark: tree.get(path)?.mark });
    all.push({ name, method: 'PUT', path, traced: { body }, after, extent: 'whole', ...more });
  };
  const moves = (from: string, to: string): void => {
    const kind = from.endsWith('.txt') ? 'file' : 'tree';
    const name = `MOVE of a ${kind}${tree.has(to) ? ' over another' : ''}`;
    const after = move(tree, from, to);
    const traced = { headers: { Destination: `/docs${encodeURI(to)}` } };
    all.push({ name, method: 'MOVE', path: from, traced, after, extent: 'whole', marked: from });
  };
  const copies = (from: string, to: string): void => {
    const name = `COPY of a tree${tree.has(to) ? ' over another' : ''}`;
    const traced = { headers: { Destination: `/docs${encodeURI(to)}` } };
    all.push({ name, method: 'COPY', path: from, traced, after: copy(tree, from, to), extent: 'by member' });
  };
  const deletes = (name: string, path: string, more: Partial<Operation> = {}): void => {
    all.push({
      ...{ name, method: 'DELETE', path, traced: {}, after: remove(tree, path), extent: 'by member' },
      ...more,
    });
  };

  puts('PUT over a file', '/one/a.txt');
  puts('PUT over a locked file', '/one/b.txt', { locked: '/one/b.txt' });
  const free = names.find((name) => !tree.has(name));
  const taken = names.filter((name) => tree.has(name));
  if (free !== undefined) puts('PUT of a new file', free);
  const [first] = taken;
  if (first !== undefined) {
    moves(first, '/one/a.txt');
    if (free !== undefined) moves(first, free);
    deletes('DELETE of a file', first, { marked: first });
  }
  copies('/source', '/copy');
  if (tree.has('/copy')) {
    moves('/copy', '/moved');
    deletes('DELETE of a tree', '/copy');
    deletes('DELETE of a locked tree', '/copy', { locked: '/copy' });
  }
  if (tree.has('/moved')) copies('/source', '/moved');
  return all;
}

export function bodyOf(random: () => number): string {
  const size = [20, 5000, 200_000, 2_000_000][Math.floor(random() * 4)] ?? 20;
  return String(random()).padEnd(size, '.');
}
