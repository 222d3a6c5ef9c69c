import type { FailureKind } from '../../failure.js';
import type { ByteRange } from '../../http/range.js';
import type { SharePath } from '../../http/target.js';
import type { Links } from '../local/confined-root.js';
import type { Durability } from '../local/replace-file.js';
import type { Arrival, Entry, FileStat, RemoveOptions, ResourceStat, Space, Written } from '../storage.js';

/** The folder that a process serves. */
export interface ServedFolder {
  /** A real path: the process refuses a folder that is elsewhere. */
  readonly folder: string;
  readonly links: Links;
  readonly durability: Durability;
  /** Tells apart the unfinished files of several machines. */
  readonly host: string;
  /** Milliseconds that one step may take. */
  readonly limit: number;
}

/** A number that the caller has chosen for something that the process holds open. */
type Handle = number;

/** Some members of a collection. */
export interface Batch {
  /** Undefined at the end. */
  readonly entries: readonly Entry[] | undefined;
  /** How many members were left out, by reason. */
  readonly unnameable: number;
  readonly hidden: number;
}

export interface WriteParameters {
  readonly path: SharePath;
  readonly length: number | undefined;
  readonly modified: number | undefined;
  /** Whether the caller is to be asked before the file takes its place. */
  readonly fresh: boolean;
  readonly hasReady: boolean;
}

/** What the process is asked to do, and its answers. */
export interface Operations {
  stat: { of: SharePath; gives: ResourceStat | undefined };
  /** The next members; the first call begins the list. */
  list: { of: { list: Handle; path: SharePath }; gives: Batch };
  endList: { of: Handle; gives: undefined };
  open: { of: { file: Handle; path: SharePath }; gives: FileStat };
  read: { of: { file: Handle; range: ByteRange }; gives: Buffer };
  closeFile: { of: Handle; gives: undefined };
  write: { of: WriteParameters; gives: Written };
  makeCollection: { of: SharePath; gives: undefined };
  copyFile: { of: { from: SharePath; to: SharePath }; gives: undefined };
  rename: { of: { from: SharePath; to: SharePath }; gives: boolean };
  /** @returns whether it was set aside; then the handle stands for it */
  setAside: { of: { aside: Handle; path: SharePath; arrival: Arrival }; gives: boolean };
  putBack: { of: Handle; gives: undefined };
  discard: { of: Handle; gives: undefined };
  realNames: { of: SharePath; gives: readonly string[] };
  space: { of: undefined; gives: Space | undefined };
  setModified: { of: { path: SharePath; modified: number }; gives: boolean };
  remove: { of: { path: SharePath; options: RemoveOptions }; gives: undefined };
  /** Removes the folder for unfinished files if it is empty. */
  close: { of: undefined; gives: undefined };
}

export type OperationName = keyof Operations;

export interface Call<N extends OperationName = OperationName> {
  readonly kind: 'call';
  readonly id: number;
  readonly name: N;
  readonly of: Operations[N]['of'];
}

export interface Reply<N extends OperationName = OperationName> {
  readonly kind: 'reply';
  readonly id: number;
  readonly name: N;
  readonly gives: Operations[N]['gives'];
}

/** A Failure on its way between processes. */
export interface SentFailure {
  readonly failure: FailureKind;
  readonly message: string;
  readonly condition: string | undefined;
  readonly hrefs: readonly string[];
  readonly headers: readonly (readonly [string, string])[];
  /** The underlying error in words, for the log. */
  readonly cause: string | undefined;
}

/**
 * What the process asks while it writes: the next bytes of the body, whether the file may take its place, and to do
 * what follows that.
 */
export type Question =
  | { readonly asks: 'bytes' }
  | { readonly asks: 'ready' }
  | { readonly asks: 'over'; readonly written: Written | undefined };

export type Answer =
  | { readonly answers: 'bytes'; readonly bytes: Buffer | undefined }
  | { readonly answers: 'ready'; readonly takes: boolean }
  | { readonly answers: 'over' }
  /** The caller threw, and knows what. */
  | { readonly answers: 'failed' };

/** To the process. */
export type ToFolder =
  | { readonly kind: 'serve'; readonly served: ServedFolder }
  | Call
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer };

/** From the process. */
export type FromFolder =
  /** It runs, and has not touched the folder yet. */
  | { readonly kind: 'running' }
  | { readonly kind: 'serving' }
  /** The folder cannot be served now. */
  | { readonly kind: 'closed'; readonly failure: SentFailure }
  /** The disk answers, whatever takes so long. */
  | { readonly kind: 'alive' }
  | Reply
  | { readonly kind: 'failed'; readonly id: number; readonly failure: SentFailure }
  | { readonly kind: 'question'; readonly id: number; readonly question: Question };

/** Asked over a pipe of its own, on which the process waits: a file takes its place now. */
export interface Taking {
  /** Of the write. */
  readonly id: number;
  readonly standing: ResourceStat | undefined;
}

/** One byte: the caller refuses; the file takes its place; it does, and the caller wants to know when that is over. */
export const takingAnswers = { refused: 0, taken: 1, awaited: 2 } as const;

/** Both ends are of one version of davgate, and nobody else writes to their pipes. */
export function isFromFolder(message: unknown): message is FromFolder {
  return isMessage(message);
}

export function isToFolder(message: unknown): message is ToFolder {
  return isMessage(message);
}

function isMessage(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'kind' in message;
}

export function isTaking(message: unknown): message is Taking {
  return typeof message === 'object' && message !== null && 'id' in message;
}
