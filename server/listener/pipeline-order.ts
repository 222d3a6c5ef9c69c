/** A request's turn among those of its connection. */
export interface Turn {
  /** What the request must wait for; undefined where that is nothing. */
  readonly ready: Promise<void> | undefined;
  /** The request is over, whether or not its turn had come. Only the first call counts. */
  readonly end: () => void;
}

/**
 * Has the pipelined requests of one connection run one after the other, as Apache does. Node by itself runs them side by
 * side: each would open its file, and those behind an answer that nobody reads would keep it open.
 */
export class PipelineOrder {
  /** What begins each request; the first one is under way. */
  readonly #turns = new Set<() => void>();

  /** Whether a request may begin at once. */
  get isFree(): boolean {
    return this.#turns.size === 0;
  }

  enter(): Turn {
    let go = (): void => undefined;
    const ready = this.isFree
      ? undefined
      : new Promise<void>((resolve) => {
          go = resolve;
        });
    // Other connections have their turn between: the requests of one read would run without a pause.
    const begin = (): void => {
      setImmediate(go);
    };
    this.#turns.add(begin);
    return {
      ready,
      end: () => {
        if (!this.#turns.delete(begin)) return;
        // One that ends before its turn changes nothing for the first, which has begun.
        for (const first of this.#turns) {
          first();
          break;
        }
      },
    };
  }
}
