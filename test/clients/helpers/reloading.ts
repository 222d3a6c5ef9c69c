import type { Socket } from 'node:net';
import type { LogLine, TestDavgate } from './davgate.js';

/** Sends SIGHUP and waits for the next line that tells what came of it. */
export async function reload(davgate: TestDavgate): Promise<LogLine> {
  const known = new Set(davgate.log);
  davgate.process.kill('SIGHUP');
  return davgate.logged(
    (line) => !known.has(line) && (line.msg === 'reloaded' || String(line.msg).startsWith('not reloaded')),
  );
}

/** The next bytes of an answer. */
export function dataOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('data', (chunk: Buffer) => {
      resolve(chunk.toString());
    });
  });
}

export function withShare(share: object) {
  return (declaration: Record<string, unknown>): void => {
    const { shares } = declaration;
    if (!Array.isArray(shares)) throw new TypeError('The sample has no shares.');
    declaration.shares = [...shares.map((known: unknown) => known), share];
  };
}

export function withoutShare(path: string) {
  return (declaration: Record<string, unknown>): void => {
    const { shares } = declaration;
    if (!Array.isArray(shares)) throw new TypeError('The sample has no shares.');
    declaration.shares = shares.filter((share: { path: string }) => share.path !== path);
  };
}
