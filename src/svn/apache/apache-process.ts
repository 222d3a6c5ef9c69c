import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Duplex, type Readable } from 'node:stream';
import { get } from 'node:http';
import { Failure } from '../../failure.js';
import { proofVariable, secretVariable, proofPath } from './apache-config.js';
import { type Launch, prepare, type Prepared } from './apache-launch.js';
import type { UpstreamAddress } from '../upstream-address.js';
import { configurationFile, configurationVariable, sweepScript, watchdogScript } from './watchdog.js';

/** Seconds between TERM and KILL. */
const grace = 5;
/** Milliseconds in which the child must answer after it has been started. */
const startPatience = 20_000;
/** Milliseconds between two checks whether it answers. */
const pollInterval = 20;
/** Milliseconds to wait for the last lines of the log after the end. */
const logPatience = 250;
/** The most attempts if another program takes the port between our choice and Apache's bind. */
const portAttempts = 5;
/** Lines of the child's log to quote after a failed start. */
const explanationLines = 6;

/** One run of Apache, from its first answer to its end. */
export interface ApacheProcess {
  readonly address: UpstreamAddress;
  /** Absolute path of a folder that is removed when it has ended. */
  readonly runtimeFolder: string;
  /** Process id of the watchdog, which leads Apache's process group. */
  readonly pid: number;
  /** Resolves with a sentence when the child has ended, for whatever reason. */
  readonly exited: Promise<string>;
  /** Ends it, by force after a grace period; resolves when nothing of it is left. */
  stop(): Promise<void>;
}

/**
 * Starts Apache under its watchdog and waits until it answers.
 * @param signal aborts the start
 * @throws Failure `unavailable` with the last lines of Apache's own log if it does not start
 */
export async function startApache(launch: Launch, signal: AbortSignal): Promise<ApacheProcess> {
  for (let attempt = 1; ; attempt += 1) {
    const recent: string[] = [];
    const log = (line: string) => {
      recent.push(line);
      if (recent.length > explanationLines) recent.shift();
      launch.log(line);
    };
    try {
      return await startOnce({ ...launch, log }, signal);
    } catch (cause) {
      if (signal.aborted) throw cause;
      const clash = recent.some((line) => /address already in use|could not bind to address/i.test(line));
      if (clash && attempt < portAttempts) continue;
      if (cause instanceof Failure && cause.kind === 'internal') throw cause;
      const detail = recent.length > 0 ? recent.join(' ') : cause instanceof Error ? cause.message : '';
      throw new Failure('unavailable', `Apache did not start: ${detail}`, { cause });
    }
  }
}

async function startOnce(launch: Launch, signal: AbortSignal): Promise<ApacheProcess> {
  signal.throwIfAborted();
  const prepared = await prepare(launch);
  const secret = randomBytes(32).toString('hex');
  const proof = randomBytes(32).toString('hex');
  const { child, exited, closed } = await spawned(launch, prepared, {
    [secretVariable]: secret,
    [proofVariable]: proof,
  });
  const stop = () => end(child, exited);
  try {
    await answering(child, exited, () => answersWith(proof, prepared.port), signal);
  } catch (error) {
    await stop();
    await Promise.race([closed, sleep(logPatience)]);
    throw error;
  }
  return {
    address: { scheme: 'http', host: '127.0.0.1', port: prepared.port, secret },
    runtimeFolder: prepared.runtimeFolder,
    pid: child.pid ?? 0,
    exited,
    stop,
  };
}

interface Spawned {
  readonly child: ChildProcess;
  readonly exited: Promise<string>;
  /** Resolves when its log has ended too. */
  readonly closed: Promise<unknown>;
}

/**
 * Spawns the watchdog, attaches all listeners before anything else can happen, and closes the folders that it has
 * inherited.
 */
async function spawned(
  launch: Launch,
  prepared: Prepared,
  secrets: Record<string, string>,
): Promise<Spawned> {
  try {
    const child = spawnWatchdog(launch, prepared, secrets);
    const closed = new Promise((resolve) => child.once('close', resolve));
    const exited = ended(child, prepared.runtimeFolder);
    for (const stream of [child.stdout, child.stderr]) if (stream !== null) eachLine(stream, launch.log);
    return { child, exited, closed };
  } finally {
    await Promise.all(prepared.folders.map((folder) => folder.close()));
  }
}

function spawnWatchdog(launch: Launch, prepared: Prepared, secrets: Record<string, string>): ChildProcess {
  const { runtimeFolder, configuration, folders } = prepared;
  const file = configurationFile(runtimeFolder);
  const command = [launch.program.binary, '-d', runtimeFolder, '-f', file, '-D', 'FOREGROUND'];
  const child = spawn(
    '/bin/sh',
    ['-c', watchdogScript, 'davgate-apache', runtimeFolder, String(grace), ...command],
    {
      cwd: '/',
      detached: true,
      env: {
        PATH: launch.path,
        LANG: 'C.UTF-8',
        TMPDIR: runtimeFolder,
        ...secrets,
        [configurationVariable]: configuration,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...folders.map((folder) => folder.fd)],
      ...(launch.user === undefined ? {} : { uid: launch.user.uid, gid: launch.user.gid }),
    },
  );
  lifeline(child)?.on('error', () => undefined);
  return child;
}

function lifeline(child: ChildProcess): Duplex | undefined {
  const stream = child.stdio[3];
  return stream instanceof Duplex ? stream : undefined;
}

/** Waits for the end of the watchdog, and makes sure that nothing of its group and folder is left. */
async function ended(child: ChildProcess, runtimeFolder: string): Promise<string> {
  const reason = await new Promise<string>((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve(`Apache could not be run: ${error.message}`);
    });
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `Apache ended with status ${code ?? ''}.` : 'Apache was killed.'),
    );
  });
  if (child.pid !== undefined && child.signalCode !== null) await sweep(child.pid);
  await rm(runtimeFolder, { recursive: true, force: true });
  return reason;
}

async function sweep(group: number): Promise<void> {
  const killer = spawn('/bin/sh', ['-c', sweepScript, 'davgate-sweep', String(group)], { stdio: 'ignore' });
  killer.on('error', () => undefined);
  await Promise.race([once(killer, 'close'), sleep(1000, undefined, { ref: false })]);
}

async function end(child: ChildProcess, exited: Promise<string>): Promise<void> {
  lifeline(child)?.destroy();
  const giveUp = new AbortController();
  const late = sleep((grace + 3) * 1000, undefined, { signal: giveUp.signal }).then(
    () => child.kill('SIGKILL'),
    () => false,
  );
  await exited;
  giveUp.abort();
  await late;
}

async function answering(
  child: ChildProcess,
  exited: Promise<string>,
  answers: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + startPatience;
  const isOver = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  while (!isOver()) {
    if (await answers()) return;
    if (performance.now() > deadline) throw new Error('It did not answer in time.');
    await sleep(pollInterval, undefined, { signal });
  }
  throw new Error(await exited);
}

/** The longest line to pass on in one piece, in UTF-16 code units. */
const longest = 8192;

/** Calls `line` with every non-blank line of `stream`, without its line end. */
function eachLine(stream: Readable, line: (text: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = lines.pop() ?? '';
    if (rest.length > longest) lines.push(rest.slice(0, longest));
    if (rest.length > longest) rest = '';
    for (const text of lines) if (text.trim() !== '') line(text);
  });
  stream.on('end', () => {
    if (rest.trim() !== '') line(rest);
  });
  stream.on('error', () => undefined);
}

/** Milliseconds for one check. */
const patience = 2000;

/**
 * Checks who listens on a loopback port. Does not send the secret: only the child that we started knows the proof, so
 * another program that has taken the port neither passes nor learns anything.
 */
function answersWith(proof: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({
      host: '127.0.0.1',
      port,
      path: proofPath,
      agent: false,
      timeout: patience,
      headers: { Host: `127.0.0.1:${port}` },
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > 4096) response.destroy();
      });
      response.on('error', () => undefined);
      response.on('close', () =>
        resolve(response.complete && response.statusCode === 403 && body.trim() === proof),
      );
    });
  });
}

/** Waits until the child ends; ends it if the signal is aborted first. */
export async function endOf(process: ApacheProcess, signal: AbortSignal): Promise<string> {
  const stop = () => {
    void process.stop();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const reason = await process.exited;
  signal.removeEventListener('abort', stop);
  return reason;
}
