import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './programs.js';

/** The project's folder, seen from dist/test/clients/helpers. */
export const projectFolder = new URL('../../../../', import.meta.url).pathname.replace(/\/$/, '');

/** How many workers a davgate has whose declaration does not say: DAVGATE_TEST_WORKERS, or 1. */
const workers = Number(process.env.DAVGATE_TEST_WORKERS ?? '1');

/** The sample's storage module, which several workers cannot share. */
const scratchModule = /"storage":\s*\{\s*"module":\s*"\.\/scratch-storage\.js"\s*\}/;

/**
 * Gives a declaration that names no number of workers one, with its lines where they were. With more than one, the
 * sample's module becomes a folder.
 */
async function withWorkers(folder: string): Promise<void> {
  const file = join(folder, 'shares.json');
  const text = await readFile(file, 'utf8').catch(() => '');
  if (!text.startsWith('{') || text.includes('"workers"')) return;
  const shared = workers === 1 ? text : text.replace(scratchModule, '"root": "./scratch"');
  if (shared !== text) await mkdir(join(folder, 'scratch'), { recursive: true });
  await writeFile(file, shared.replace('{', `{ "workers": ${workers},`));
}

/** One line of the server's log. */
export type LogLine = Readonly<Record<string, unknown>>;

function parseLine(text: string): LogLine {
  const line: unknown = JSON.parse(text);
  if (typeof line !== 'object' || line === null)
    throw new TypeError(`The log has a line that is no object: ${text}`);
  return { ...line };
}

/** A davgate in a process of its own, on a free port, with a copy of the sample. */
export interface TestDavgate {
  readonly folder: string;
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  readonly log: readonly LogLine[];
  /** Everything that was written to standard error. */
  readonly complaints: () => string;
  /** Resolves with the first log line, past or to come, that fits. */
  logged(fits: (line: LogLine) => boolean): Promise<LogLine>;
  /** Ends it with a signal and waits until it has ended. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** A copy of the sample in a folder of its own, with what the first start makes. */
export async function makeSample(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'davgate-test-'));
  const source = join(projectFolder, 'repos-sample');
  const made = ['svn', 'var', join('media', 'film.mp4')].map((name) => join(source, name));
  await cp(source, folder, { recursive: true, filter: (path) => !made.includes(path) });
  const setup = new URL('../../../../scripts/sample.mjs', import.meta.url).href;
  await run(process.execPath, [
    '-e',
    `import('${setup}').then((module) => module.ensureSample('${folder}'))`,
  ]);
  // The storage module is found by its own folder; the library it imports, by the project's packages.
  await run('ln', ['-s', join(projectFolder, 'node_modules'), join(folder, 'node_modules')]);
  return folder;
}

/** Changes the declaration of a sample. */
export async function declare(
  folder: string,
  change: (declaration: Record<string, unknown>, folder: string) => void,
): Promise<void> {
  const file = join(folder, 'shares.json');
  const declaration: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (typeof declaration !== 'object' || declaration === null)
    throw new TypeError('The declaration is no object.');
  const copy: Record<string, unknown> = { ...declaration };
  change(copy, folder);
  await writeFile(file, JSON.stringify(copy));
}

/**
 * Starts the built server on a sample's folder and waits until it listens, with its Apache unless that is not expected.
 */
export async function startDavgate(
  folder: string,
  env: NodeJS.ProcessEnv = {},
  { withoutApache = false } = {},
): Promise<TestDavgate> {
  await withWorkers(folder);
  const child = spawn(
    process.execPath,
    [join(projectFolder, 'dist/server/main.js'), join(folder, 'shares.json')],
    {
      env: { ...process.env, HOST: '127.0.0.1', PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const log: LogLine[] = [];
  const watchers = new Set<(line: LogLine) => void>();
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  createInterface(child.stdout).on('line', (text) => {
    const line = parseLine(text);
    log.push(line);
    for (const watcher of watchers) watcher(line);
  });
  const logged = (fits: (line: LogLine) => boolean): Promise<LogLine> =>
    new Promise((resolve, reject) => {
      const past = log.find(fits);
      if (past) {
        resolve(past);
        return;
      }
      const watcher = (line: LogLine): void => {
        if (!fits(line)) return;
        watchers.delete(watcher);
        resolve(line);
      };
      watchers.add(watcher);
      child.once('exit', () => {
        reject(new Error(`davgate ended.\n${complaints}\n${JSON.stringify(log.slice(-5), null, 1)}`));
      });
    });
  const { port } = await logged(({ msg }) => msg === 'listening');
  const unserved = log.find(({ msg }) => typeof msg === 'string' && msg.startsWith('Apache did not start'));
  if (unserved && !withoutApache) {
    child.kill();
    throw new Error(`Apache does not serve this test: ${String(unserved.reason)}`);
  }
  if (typeof port !== 'number') throw new TypeError('The log names no port.');
  return {
    folder,
    url: `http://127.0.0.1:${port}`,
    port,
    process: child,
    log,
    complaints: () => complaints,
    logged,
    end: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill(signal);
        await ended;
      }
      return child.exitCode;
    },
  };
}

/** Starts a davgate on a sample of its own for a suite; `dispose` ends it and removes the folder. */
export async function sampleDavgate(
  change?: (declaration: Record<string, unknown>, folder: string) => void,
  env: NodeJS.ProcessEnv = {},
): Promise<TestDavgate & { dispose(): Promise<void> }> {
  const folder = await makeSample();
  if (change) await declare(folder, change);
  const davgate = await startDavgate(folder, env);
  return {
    ...davgate,
    dispose: async () => {
      await davgate.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** curl's and others' way to name a sample user with his password. */
export function login(user: string): string {
  return `${user}:${user}-demo`;
}
