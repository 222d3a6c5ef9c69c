import { treeTurnLimits } from '../../../src/dav/tree-turns.js';
import { PathTurns, type Claim, type Turn } from '../../../src/storage/path-turns.js';
import type { Channel } from './channel.js';
import { catchUp, endTurn, takeTurn, turnBegins, turnIsOver } from './exchanges.js';

interface Held {
  readonly number: number;
  readonly claim: Required<Claim>;
  readonly alone: boolean;
  readonly turn: Turn;
}

/**
 * The turns of all workers at changing trees. A turn begins when every worker knows of it and the small changes there
 * have ended: from then on each refuses others, or lets them wait.
 */
export class TurnsOffice {
  readonly #turns = new PathTurns(treeTurnLimits);
  readonly #workers = new Map<Channel, Map<number, Held>>();
  #number = 0;

  /** Answers a worker. What is under way is told to it before it can answer a request. */
  join(channel: Channel): void {
    const own = new Map<number, Held>();
    for (const held of this.#held()) void tellBegin(channel, held);
    this.#workers.set(channel, own);
    channel.answer(takeTurn, async ({ turn: number, claim, owner, alone }, signal) => {
      const given = (this.#number += 1);
      // Those wait for moments only, and there are no more of them than one user may have requests under way.
      const taking = { signal, owner: alone ? `alone ${given}` : owner };
      const turn = await this.#turns.take(claim, taking);
      const held = { number: given, claim, alone, turn };
      own.set(number, held);
      await Promise.all(Array.from(this.#workers.keys(), (worker) => tellBegin(worker, held)));
      if (signal.aborted || !this.#workers.has(channel)) this.#end(own, number, false);
      return { written: [...turn.written] };
    });
    channel.answer(endTurn, ({ turn, changed }) => {
      this.#end(own, turn, changed);
      return null;
    });
    channel.answer(catchUp, () => null);
  }

  /** Ends what a worker has left. */
  leave(channel: Channel): void {
    const own = this.#workers.get(channel);
    this.#workers.delete(channel);
    for (const number of [...(own?.keys() ?? [])]) this.#end(own, number, true);
  }

  *#held(): Iterable<Held> {
    for (const own of this.#workers.values()) yield* own.values();
  }

  #end(own: Map<number, Held> | undefined, number: number, changed: boolean): void {
    const held = own?.get(number);
    if (!held) return;
    own?.delete(number);
    // Before others begin: each worker hears of it first.
    for (const worker of this.#workers.keys()) worker.tell(turnIsOver, { turn: held.number });
    void held.turn.end(changed);
  }
}

/** Resolves when the worker knows, or is gone. */
async function tellBegin(worker: Channel, { number: turn, claim, alone }: Held): Promise<void> {
  const { writes, reads, sees } = claim;
  const told = { writes: [...writes], reads: [...reads], sees: [...sees] };
  await worker.ask(turnBegins, { turn, claim: told, alone }).catch(() => undefined);
}
