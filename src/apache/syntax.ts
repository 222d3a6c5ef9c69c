import { Failure } from '../failure.js';
import { wordsOf } from './words.js';

export interface Place {
  /** As messages name it. */
  readonly file: string;
  /** From 1; the first, where lines are continued. */
  readonly line: number;
}

export interface Directive extends Place {
  readonly kind: 'directive';
  /** In lower case. */
  readonly name: string;
  readonly words: readonly string[];
}

export interface Section extends Place {
  readonly kind: 'section';
  /** In lower case. */
  readonly name: string;
  readonly words: readonly string[];
  readonly children: readonly Node[];
}

export type Node = Directive | Section;

/** What was not understood, and why, as a sentence without its full stop. */
export interface Note extends Place {
  readonly message: string;
}

/** Notes what is not understood at a place. */
export type Tell = (place: Place, message: string) => void;

export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/**
 * The files that an Include means.
 * @param root ServerRoot, if the configuration has set it
 * @returns a reason, as the rest of a sentence, where they are not read
 */
export type Include = (pattern: string, root: string | undefined) => readonly SourceFile[] | string;

export const syntaxLimits = { depth: 32, includes: 8, nodes: 100_000, line: 65_536, files: 256 } as const;

interface Open {
  readonly name: string;
  readonly place: Place;
  readonly words: readonly string[];
  readonly children: Node[];
}

/**
 * Reads a configuration of Apache: sections, continued lines, quotes, Define, and what Include names.
 * @throws Failure `too-large` for one that goes beyond {@link syntaxLimits}
 */
export function parseApache(
  source: SourceFile,
  include: Include,
): { readonly nodes: readonly Node[]; readonly notes: readonly Note[] } {
  const reader = new Reader(include);
  return { nodes: reader.read(source, 0), notes: reader.notes };
}

class Reader {
  readonly notes: Note[] = [];
  readonly #include: Include;
  readonly #defined = new Map<string, string>();
  #serverRoot: string | undefined;
  #nodes = 0;
  #files = 0;

  constructor(include: Include) {
    this.#include = include;
  }

  read({ name: file, text }: SourceFile, depth: number): Node[] {
    this.#files += 1;
    if (this.#files > syntaxLimits.files || depth > syntaxLimits.includes) {
      throw new Failure('too-large', 'The configuration includes too many files.');
    }
    const top: Node[] = [];
    const open: Open[] = [];
    const children = (): Node[] => open.at(-1)?.children ?? top;
    for (const [line, raw] of logicalLines(text)) {
      const place = { file, line };
      const content = this.#substituted(raw.trim());
      if (content === '' || content.startsWith('#')) continue;
      this.#nodes += 1;
      if (this.#nodes > syntaxLimits.nodes) {
        throw new Failure('too-large', 'The configuration has too many directives.');
      }
      if (content.startsWith('</')) {
        this.#close(nameOf(content.slice(2)), place, open, children);
      } else if (content.startsWith('<')) {
        const inner = content.endsWith('>') ? content.slice(1, -1) : content.slice(1);
        const [name = '', ...words] = wordsOf(inner);
        open.push({ name: name.toLowerCase(), place, words, children: [] });
        if (open.length > syntaxLimits.depth) {
          throw new Failure('too-large', 'The sections of the configuration are nested too deep.');
        }
      } else {
        children().push(...this.#directive(content, place, depth));
      }
    }
    while (open.length > 0) {
      const unclosed = open.at(-1);
      if (unclosed) this.notes.push({ ...unclosed.place, message: `<${unclosed.name}> is not closed` });
      closeTop(open, children);
    }
    return top;
  }

  #close(name: string, place: Place, open: Open[], children: () => Node[]): void {
    if (open.at(-1)?.name === name) {
      closeTop(open, children);
    } else {
      this.notes.push({ ...place, message: `</${name}> closes nothing` });
    }
  }

  #directive(content: string, place: Place, depth: number): Node[] {
    const [spelt = '', ...words] = wordsOf(content);
    const name = spelt.toLowerCase();
    if (name === 'define' && words[0] !== undefined) this.#defined.set(words[0], words[1] ?? '');
    if (name === 'undefine' && words[0] !== undefined) this.#defined.delete(words[0]);
    if (name === 'serverroot') this.#serverRoot = words[0];
    if (name !== 'include' && name !== 'includeoptional')
      return [{ kind: 'directive', name, words, ...place }];
    const found = this.#include(words[0] ?? '', this.#serverRoot);
    if (typeof found === 'string') {
      this.notes.push({ ...place, message: `${spelt} ${words[0] ?? ''} ${found}` });
      return [];
    }
    if (found.length === 0 && name === 'include') {
      this.notes.push({ ...place, message: `${spelt} ${words[0] ?? ''} names no file` });
    }
    const nodes: Node[] = [];
    for (const file of found) for (const node of this.read(file, depth + 1)) nodes.push(node);
    return nodes;
  }

  /** @throws Failure `too-large` */
  #substituted(text: string): string {
    const parts = text.split(/(\$\{[^{}$]{1,256}\})/);
    let length = 0;
    const full = parts.map((part, index) => {
      const value = index % 2 === 1 ? (this.#defined.get(part.slice(2, -1)) ?? part) : part;
      length += value.length;
      if (length > syntaxLimits.line) {
        throw new Failure('too-large', 'A line of the configuration is too long.');
      }
      return value;
    });
    return full.join('');
  }
}

function closeTop(open: Open[], children: () => Node[]): void {
  const closed = open.pop();
  if (!closed) return;
  const { name, words, place, children: own } = closed;
  children().push({ kind: 'section', name, words, children: own, ...place });
}

function nameOf(text: string): string {
  return text.replace(/>$/, '').trim().toLowerCase();
}

/** Lines, joined where a backslash ends one, each with the number of its first. */
function* logicalLines(text: string): Generator<readonly [number, string]> {
  let parts: string[] = [];
  let length = 0;
  let first = 1;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (parts.length === 0) {
      first = index + 1;
      length = 0;
    }
    const continued = line.endsWith('\\');
    parts.push(continued ? line.slice(0, -1) : line);
    length += line.length;
    if (length > syntaxLimits.line) {
      throw new Failure('too-large', 'A line of the configuration is too long.');
    }
    if (continued) continue;
    yield [first, parts.join('')];
    parts = [];
  }
  if (parts.length > 0) yield [first, parts.join('')];
}
