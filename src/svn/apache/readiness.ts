import { get } from 'node:http';
import { proofPath } from './apache-config.js';

/** Milliseconds for one question. */
const patience = 2000;

/**
 * Asks who listens on a loopback port. The secret is not sent: only the child that we started knows the proof, so
 * another program that took the port meanwhile neither passes nor learns anything.
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
    request.on('error', () => {
      resolve(false);
    });
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > 4096) response.destroy();
      });
      response.on('error', () => undefined);
      response.on('close', () => {
        resolve(response.complete && response.statusCode === 403 && body.trim() === proof);
      });
    });
  });
}
