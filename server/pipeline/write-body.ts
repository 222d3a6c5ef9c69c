import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { ClientGone } from '../../src/async/when-gone.js';

/**
 * Writes a body as fast as the client reads it. Does not end the response. Node's own `pipeline` creates and aborts an
 * AbortController for each body, which costs more than a small response.
 * @returns the number of bytes written
 * @throws the body's error, or ClientGone; then the body is destroyed
 */
export function pump(body: Readable, res: ServerResponse): Promise<number> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    const onDrain = (): void => {
      body.resume();
    };
    const onGone = (): void => {
      fail(new ClientGone());
    };
    const leave = (): void => {
      res.off('drain', onDrain);
      res.off('close', onGone);
    };
    const fail = (error: Error): void => {
      leave();
      body.destroy();
      reject(error);
    };
    res.on('drain', onDrain);
    res.on('close', onGone);
    body.on('error', fail);
    body.once('close', () => {
      if (!body.readableEnded) fail(body.errored ?? new Error('The body broke off.'));
    });
    if (body.destroyed) {
      fail(body.errored ?? new Error('The body broke off.'));
      return;
    }
    body.once('end', () => {
      leave();
      resolve(sent);
    });
    body.on('data', (chunk: Buffer) => {
      sent += chunk.length;
      if (!res.write(chunk)) body.pause();
    });
  });
}
