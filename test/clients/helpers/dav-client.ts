import { request } from 'node:http';
import { login, type TestDavgate } from './davgate.js';

export interface DavAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/** What one request says, as it stood in a trace of a real client. */
export interface Traced {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent with its length, or in these chunks without. */
  readonly body?: string | readonly string[];
}

/** A client that sends what it is told, as one of the sample's users. */
export class DavClient {
  readonly #davgate: Pick<TestDavgate, 'port'>;
  readonly #user: string | undefined;
  readonly #agent: string;

  /**
   * @param user undefined for a client that sends no credentials
   * @param agent the User-Agent header field
   */
  constructor(davgate: Pick<TestDavgate, 'port'>, user: string | undefined, agent: string) {
    this.#davgate = davgate;
    this.#user = user;
    this.#agent = agent;
  }

  ask(method: string, path: string, { headers = {}, body = '' }: Traced = {}): Promise<DavAnswer> {
    const whole = typeof body === 'string';
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: this.#davgate.port,
          method,
          path,
          ...(this.#user === undefined ? {} : { auth: login(this.#user) }),
          headers: {
            'User-Agent': this.#agent,
            ...(whole ? { 'Content-Length': Buffer.byteLength(body) } : { 'Transfer-Encoding': 'chunked' }),
            ...headers,
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.once('error', reject);
          incoming.once('end', () => {
            resolve({
              status: incoming.statusCode ?? 0,
              headers: joined(incoming.headers),
              text: Buffer.concat(chunks).toString(),
            });
          });
        },
      );
      outgoing.once('error', reject);
      // As bytes: Node would write the header in the encoding of a text.
      for (const chunk of whole ? [body] : body) outgoing.write(Buffer.from(chunk));
      outgoing.end();
    });
  }

  /** The status alone. */
  async status(method: string, path: string, traced?: Traced): Promise<number> {
    return (await this.ask(method, path, traced)).status;
  }
}

/** The text of the first element of this local name. */
export function elementText(xml: string, local: string): string | undefined {
  return new RegExp(`<(?:\\w+:)?${local}[^>]*>(?:<(?:\\w+:)?href>)?([^<]*)<`).exec(xml)?.[1];
}

function joined(headers: NodeJS.Dict<string | string[]>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
