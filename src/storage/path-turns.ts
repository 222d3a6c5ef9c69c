import { isSameOrBelow, type SharePath } from '../http/target.js';

interface Turn {
  readonly paths: readonly SharePath[];
  readonly over: Promise<void>;
}

/** Has changes of the same resource, or of one and what lies below it, wait for each other, in their order. */
export class PathTurns {
  readonly #turns = new Set<Turn>();

  /**
   * Waits until no change that was before is at one of the paths, above or below it.
   * @returns ends the turn
   */
  async take(...paths: readonly SharePath[]): Promise<() => void> {
    const before = [...this.#turns].filter((turn) => turn.paths.some((path) => touches(path, paths)));
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    const turn = { paths, over };
    this.#turns.add(turn);
    await Promise.all(before.map((other) => other.over));
    return () => {
      this.#turns.delete(turn);
      end();
    };
  }
}

function touches(path: SharePath, others: readonly SharePath[]): boolean {
  return others.some((other) => isSameOrBelow(path, other) || isSameOrBelow(other, path));
}
