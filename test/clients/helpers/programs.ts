import { spawn } from 'node:child_process';
import assert from 'node:assert/strict';

/** How a program ended, and what it wrote. */
export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string | Buffer;
  /** Milliseconds until the program is ended. */
  readonly patience?: number;
}

/** Runs a program to its end, whatever its exit code. */
export function outcomeOf(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...options.env },
      timeout: options.patience ?? 240_000,
    });
    const out: Buffer[] = [];
    const error: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => error.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, out: Buffer.concat(out).toString(), error: Buffer.concat(error).toString() });
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input);
  });
}

/** Runs a program that must succeed. @returns its standard output */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, out, error } = await outcomeOf(program, args, options);
  assert.equal(code, 0, `${program} ${args.join(' ')}\n${out}\n${error}`);
  return out;
}

/** curl's view of an answer. */
export interface CurlAnswer {
  readonly status: number;
  /** Lower-case names; the last of repeated ones. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Asks with curl, the path as it stands, and takes the answer apart. */
export async function curl(url: string, args: readonly string[] = [], input?: Buffer): Promise<CurlAnswer> {
  const raw = await new Promise<Buffer>((resolve, reject) => {
    const child = spawn('curl', [
      '--silent',
      '--show-error',
      '--path-as-is',
      '--globoff',
      '--include',
      ...args,
      url,
    ]);
    const out: Buffer[] = [];
    let error = '';
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out));
      else reject(new Error(`curl ${url}: exit ${code ?? 'by signal'}: ${error}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
  return takeApart(raw);
}

function takeApart(raw: Buffer): CurlAnswer {
  const end = raw.indexOf('\r\n\r\n');
  const [statusLine = '', ...fields] = raw.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  const body = raw.subarray(end + 4);
  // An interim answer comes before the real one.
  if (status < 200) return takeApart(body);
  const headers = new Map(
    fields.map((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }),
  );
  return { status, headers, body };
}
