import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Who a server runs as, since they refuse to run as root. Undefined: as who runs the tests. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The first of these users that there is, where the tests run as root. */
export function ownerFor(...names: readonly string[]): Owner | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  for (const name of names) {
    const [uid, gid] = ['-u', '-g'].map((option) => numberFrom('id', [option, name]));
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new Error(`There is none of the users ${names.join(', ')}.`);
}

function numberFrom(program: string, args: readonly string[]): number | undefined {
  try {
    return Number(execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return undefined;
  }
}

/** A new folder below the system's temporary folder, the owner's. */
export function ownedFolder(owner: Owner | undefined): string {
  const folder = mkdtempSync(join(tmpdir(), 'davgate-db-'));
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (owner) for (const path of [folder, data]) chownSync(path, owner.uid, owner.gid);
  return folder;
}

/** A file that only the owner reads. @returns its path */
export function ownedFile(folder: string, name: string, text: string, owner: Owner | undefined): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  if (owner) chownSync(path, owner.uid, owner.gid);
  return path;
}

export interface ServerProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly owner: Owner | undefined;
  readonly folder: string;
  /** What it writes to standard error once it answers. */
  readonly ready: RegExp;
  /** What asks it to end and to cut off its clients. */
  readonly stopSignal: 'INT' | 'TERM';
  /** What ends it as a crash would. */
  readonly crashSignal: 'QUIT' | 'KILL';
}

/**
 * Runs the program of its later arguments. Each line of standard input names a signal that it is sent; once there are no
 * more, it is sent the one of the first argument.
 */
const guard = `exec 3<&0; signal=$1; shift; "$@" 3<&- & server=$!
{ while read -r asked <&3; do kill -s "$asked" "$server"; done; kill -s "$signal" "$server"; } & wait "$server"`;

/** A database server that belongs to a test. It ends with the process of the test, however that ends. */
export class ServerProcess {
  readonly #program: ServerProgram;
  #child: ChildProcess | undefined;

  constructor(program: ServerProgram) {
    this.#program = program;
  }

  /** Settles once the server answers. */
  async start(): Promise<void> {
    const { program, args, owner, folder, ready, stopSignal } = this.#program;
    const child = spawn('/bin/sh', ['-c', guard, 'guard', stopSignal, program, ...args], {
      ...owner,
      cwd: folder,
      env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    this.#child = child;
    const written: string[] = [];
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => {
        reject(new Error(`${program} ended:\n${written.join('\n')}`));
      });
      createInterface(child.stderr).on('line', (line) => {
        written.push(line);
        if (ready.test(line)) resolve();
      });
    });
  }

  /** Settles once the server is gone. */
  async stop(): Promise<void> {
    await this.#end();
  }

  /** As {@link stop}, without time for the server to tidy up. */
  async crash(): Promise<void> {
    await this.#end(`${this.#program.crashSignal}\n`);
  }

  async #end(last?: string): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.stdin?.end(last);
    await ended;
  }

  /** Stops the server and deletes all it has. */
  async close(): Promise<void> {
    await this.stop();
    rmSync(this.#program.folder, { recursive: true, force: true });
  }
}
