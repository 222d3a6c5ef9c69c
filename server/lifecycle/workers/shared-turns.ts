import {
  PathTurns,
  type Claim,
  type Taking,
  type Turn,
  type Turns,
} from '../../../src/storage/path-turns.js';
import type { Channel } from './channel.js';
import { catchUp, endTurn, takeTurn, turnBegins, turnIsOver } from './exchanges.js';

/** A worker's turns: the parent gives them, and tells of those that other workers have. */
export class SharedTurns implements Turns {
  readonly #channel: Channel;
  /** All turns that have begun, and this worker's own small changes. */
  readonly #begun = new PathTurns();
  readonly #turns = new Map<number, { turn: Turn | undefined }>();
  /** Turns at one resource alone, by its path: each resolves when it is over. */
  readonly #alone = new Map<string, { readonly turn: number; readonly over: Promise<void>; end(): void }>();
  #number = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.answer(turnBegins, async ({ turn, claim, alone }) => {
      const [path] = claim.writes;
      if (alone && path !== undefined) this.#begin(turn, path);
      const begun: { turn: Turn | undefined } = { turn: undefined };
      this.#turns.set(turn, begun);
      begun.turn = await this.#begun.take({ writes: claim.writes, reads: claim.reads });
      // It may be over already.
      if (this.#turns.get(turn) !== begun) void begun.turn.end();
      return null;
    });
    channel.hear(turnIsOver, ({ turn }) => {
      for (const [path, alone] of this.#alone) {
        if (alone.turn !== turn) continue;
        this.#alone.delete(path);
        alone.end();
      }
      void this.#turns.get(turn)?.turn?.end();
      this.#turns.delete(turn);
    });
  }

  take(claim: Claim, taking?: Taking): Promise<Turn> {
    return this.#take(claim, false, taking);
  }

  alone(path: string, taking?: Taking): Promise<Turn> {
    return this.#take({ writes: [path] }, true, taking);
  }

  enter(path: string): () => void {
    return this.#begun.enter(path);
  }

  settled(path: string): Promise<void> | undefined {
    return this.#begun.refuses(path) ? this.#settle(path) : undefined;
  }

  /** The end of a turn may be on its way here while its own client knows of it already. */
  async #settle(path: string): Promise<void> {
    await this.#channel.ask(catchUp, null);
    for (let alone = this.#alone.get(path); alone; alone = this.#alone.get(path)) await alone.over;
  }

  async #take(
    { writes, reads = [], sees = [] }: Claim,
    alone: boolean,
    { signal, owner = '' }: Taking = {},
  ): Promise<Turn> {
    const turn = (this.#number += 1);
    const claim = { writes: [...writes], reads: [...reads], sees: [...sees] };
    let over = false;
    const end = async (changed = true): Promise<void> => {
      if (over) return;
      over = true;
      // Without a parent nobody waits for it.
      await this.#channel.ask(endTurn, { turn, changed }).catch(() => undefined);
    };
    try {
      const { written } = await this.#channel.ask(takeTurn, { turn, claim, owner, alone }, signal);
      return { written, end };
    } catch (error) {
      // It may have begun at the moment when it was given up.
      await end(false);
      throw error;
    }
  }

  #begin(turn: number, path: string): void {
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#alone.set(path, { turn, over, end });
  }
}
