import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is at a path: a file's digest or that it is a folder, and the dead property that it has. */
export interface Node {
  readonly content: string;
  readonly mark: string | undefined;
}

/** A tree by path, such as `/copy/a/1.txt`. */
export type Tree = ReadonlyMap<string, Node>;

export const folder: Node = { content: 'folder', mark: undefined };

export function file(bytes: string | Buffer): Node {
  return { content: createHash('sha256').update(bytes).digest('hex'), mark: undefined };
}

/** What there really is in a folder, with everything hidden. */
export function contentsOf(root: string): Map<string, string> {
  return new Map(
    readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => {
      const path = join(root, name);
      return [`/${name}`, (lstatSync(path).isDirectory() ? folder : file(readFileSync(path))).content];
    }),
  );
}

export function put(tree: Tree, path: string, node: Node): Tree {
  return new Map([...tree, [path, node]]);
}

export function remove(tree: Tree, top: string): Tree {
  return new Map([...tree].filter(([path]) => !isIn(path, top)));
}

export function copy(tree: Tree, from: string, to: string): Tree {
  const copied = [...tree].filter(([path]) => isIn(path, from));
  return new Map([
    ...remove(tree, to),
    ...copied.map(([path, node]) => [to + path.slice(from.length), node] as const),
  ]);
}

export function move(tree: Tree, from: string, to: string): Tree {
  return remove(copy(tree, from, to), from);
}

function isIn(path: string, top: string): boolean {
  return path === top || path.startsWith(`${top}/`);
}
