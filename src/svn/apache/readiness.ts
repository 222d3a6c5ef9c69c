import { get } from 'node:http';
import { proofPath } from './apache-config.js';

/** Milliseconds for one check. */
const patience = 2000;

/**
 * Checks who listens on a loopback port. Does not send the secret: only the child that we started knows the proof, so
 * another program that has taken the port neither passes nor learns anything.
 */
export function answersWith(proof: string, port: number): Promise<boolean> {
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
