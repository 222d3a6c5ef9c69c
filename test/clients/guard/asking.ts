import { request, type IncomingHttpHeaders } from 'node:http';

/** What a server that asks is told. */
export interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** Asks as a server does, the header fields as they stand, repeated or not. */
export function askGuard(
  port: number,
  path: string,
  fields: readonly (readonly [name: string, value: string])[],
  method = 'GET',
): Promise<Told> {
  return new Promise((resolve, reject) => {
    const headers = [...fields.flatMap(([name, value]) => [name, value])];
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
      answer.resume();
      answer.once('end', () => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers });
      });
    });
    asked.once('error', reject);
    asked.end();
  });
}

export function basicField(user: string, password = `${user}-demo`): readonly [string, string] {
  return ['Authorization', `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`];
}
