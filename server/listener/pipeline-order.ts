/** A request's turn among the requests of its connection. */
interface Turn {
  /** Resolves when the request may begin; undefined if it may begin at once. */
  readonly ready: Promise<void> | undefined;
  /** Ends the turn, whether or not it has come. Only the first call has an effect. */
  readonly end: () => void;
}

/**
 * Runs the pipelined requests of one connection one after another, as Apache does. Node runs them concurrently: each
 * would open its file, and those behind a response that the client does not read would keep it open.
 */
export class PipelineOrder {
  /** The callbacks that begin each request. The first request is already under way. */
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
    // Gives other connections a turn in between: otherwise, the requests of one read would run without a pause.
    const begin = (): void => {
      setImmediate(go);
    };
    this.#turns.add(begin);
    return {
      ready,
      end: () => {
        if (!this.#turns.delete(begin)) return;
        // A request that ends before its turn does not affect the first one, which has already begun.
        for (const first of this.#turns) {
          first();
          break;
        }
      },
    };
  }
}
