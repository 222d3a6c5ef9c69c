import { fork, type ChildProcess } from 'node:child_process';
import { Duplex } from 'node:stream';
import { BytesPipe } from './bytes-pipe.js';
import { FrameReader } from './frames.js';
import { isFromFolder, isTaking, type FromFolder, type Taking, type ToFolder } from './messages.js';

/** A program that serves a folder (server/shares/folder-program.ts), and the variables that its loader needs. */
export interface FolderProgram {
  readonly file: URL;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Who hears what the process sends. */
interface Listener {
  heard(message: FromFolder): void;
  /** @returns one of `takingAnswers` */
  takes(taking: Taking): number;
  /** It has ended by itself. */
  ended(): void;
}

/**
 * A process that may hang with its disk. A system call that hangs cannot be ended, nor can a thread in which it hangs;
 * a process can be left behind.
 */
export class FolderProcess {
  /** Resolves when nothing is left of it. */
  readonly gone: Promise<void>;
  readonly #child: ChildProcess;
  readonly #bytes: BytesPipe | undefined;
  #isLeft = false;

  constructor({ file, variables }: FolderProgram, listener: Listener) {
    this.#child = fork(file, [], {
      cwd: '/',
      // Out of reach of the terminal's signals; it ends when its pipes close.
      detached: true,
      env: { ...variables },
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe', 'pipe'],
    });
    this.gone = new Promise((resolve) => {
      const end = (): void => {
        resolve();
        if (!this.#isLeft) listener.ended();
      };
      this.#child.once('exit', end);
      // It could not be started, or a message could not be sent, which its exit tells better.
      this.#child.on('error', () => {
        if (this.#child.pid === undefined) end();
      });
    });
    this.#child.on('message', (message: unknown) => {
      if (!this.#isLeft && isFromFolder(message)) listener.heard(message);
    });
    const [taking, bytes] = [this.#pipe(4), this.#pipe(5)];
    this.#bytes =
      bytes &&
      new BytesPipe(bytes, (id, gives) => {
        if (!this.#isLeft) listener.heard({ kind: 'reply', id, name: 'read', gives });
      });
    const frames = new FrameReader();
    taking?.on('error', () => undefined);
    taking?.on('data', (chunk: Buffer) => {
      for (const frame of frames.take(chunk)) {
        if (!this.#isLeft && isTaking(frame)) taking.write(Buffer.of(listener.takes(frame)));
      }
    });
  }

  #pipe(descriptor: number): Duplex | undefined {
    const pipe = this.#child.stdio[descriptor];
    return pipe instanceof Duplex ? pipe : undefined;
  }

  send(message: ToFolder): void {
    if (!this.#child.connected) return;
    if (message.kind === 'answer' && message.answer.answers === 'bytes' && message.answer.bytes) {
      this.#bytes?.send(message.id, message.answer.bytes);
      return;
    }
    this.#child.send(message, () => {
      // If it has ended, its exit tells.
    });
  }

  /** Ends it; if it hangs, as soon as the call in which it hangs is over. This process does not wait for that. */
  leave(): void {
    this.#isLeft = true;
    this.#child.kill('SIGKILL');
    if (this.#child.connected) this.#child.disconnect();
    for (const descriptor of [4, 5]) this.#pipe(descriptor)?.destroy();
    this.#child.unref();
  }
}
