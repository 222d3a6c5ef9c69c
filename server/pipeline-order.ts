/** Methods of which one client may have several under way at once (RFC 9112 section 9.3.2): those that only read. */
const reading = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT']);

/** A request's turn among those of its connection. */
export interface Turn {
  /** What the request must wait for; undefined where that is nothing. */
  readonly ready: Promise<void> | undefined;
  /** The request is over, whether or not its turn had come. Only the first call counts. */
  readonly end: () => void;
}

/** A turn that may not have come yet. */
interface Waiting {
  readonly reads: boolean;
  readonly go: () => void;
  readonly ready: Promise<void>;
}

/**
 * Keeps the order of the pipelined requests of one connection: one that may change something waits for all before it, and
 * those after it wait for it. Node by itself runs them side by side.
 */
export class PipelineOrder {
  #reading = 0;
  #changing = 0;
  readonly #waiting: Waiting[] = [];

  enter(method: string): Turn {
    const reads = reading.has(method);
    const waiting = this.#waiting.length > 0 || !this.#mayBegin(reads) ? wait(reads) : undefined;
    if (waiting) this.#waiting.push(waiting);
    else this.#begin(reads);
    let over = false;
    return {
      ready: waiting?.ready,
      end: () => {
        if (over) return;
        over = true;
        this.#end(reads, waiting);
      },
    };
  }

  #mayBegin(reads: boolean): boolean {
    return this.#changing === 0 && (reads || this.#reading === 0);
  }

  #begin(reads: boolean): void {
    if (reads) this.#reading += 1;
    else this.#changing += 1;
  }

  #end(reads: boolean, waiting: Waiting | undefined): void {
    const place = waiting ? this.#waiting.indexOf(waiting) : -1;
    if (waiting && place !== -1) {
      this.#waiting.splice(place, 1);
      waiting.go();
    } else if (reads) this.#reading -= 1;
    else this.#changing -= 1;
    for (let [next] = this.#waiting; next && this.#mayBegin(next.reads); [next] = this.#waiting) {
      this.#waiting.shift();
      this.#begin(next.reads);
      next.go();
    }
  }
}

function wait(reads: boolean): Waiting {
  let go = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    go = resolve;
  });
  return { reads, go, ready };
}
