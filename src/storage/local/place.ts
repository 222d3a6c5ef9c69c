import { Failure } from '../../failure.js';
import type { Held, RealPath } from './held.js';

/** A name in a held folder, whether something is there or not. */
export class Place {
  readonly folder: Held;
  readonly name: string;

  constructor(folder: Held, name: string) {
    this.folder = folder;
    this.name = name;
  }

  /** The path with which a system call reaches it. */
  get path(): string {
    return `${this.folder.path}/${this.name}`;
  }

  /** Where it was when the folder was looked up. */
  get real(): RealPath {
    return below(this.folder.real, this.name);
  }

  /**
   * Call this right before adding or removing something here: a folder that has moved would take the change along,
   * perhaps out of the share.
   * @throws Failure `not-found` if the folder is no longer where it was looked up
   */
  requireInPlace(): void {
    if (!this.folder.isInPlace()) throw movedAway();
  }

  close(): void {
    this.folder.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Something that exists, and its place. */
export class Occupied {
  readonly place: Place;
  /** For a link, its target. */
  readonly held: Held;

  constructor(place: Place, held: Held) {
    this.place = place;
    this.held = held;
  }

  [Symbol.dispose](): void {
    this.held.close();
    this.place.close();
  }
}

/** The real path of a name in a folder. */
export function below(folder: RealPath, name: string): RealPath {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

export function movedAway(): Failure {
  return new Failure(
    'not-found',
    'The folder was moved, replaced or removed in the meantime; nothing was changed.',
  );
}

export function nothingHere(): Failure {
  return new Failure('not-found', 'There is nothing here.');
}
