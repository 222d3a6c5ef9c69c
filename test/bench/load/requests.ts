/** Something that is asked of a server. */
export interface RequestLine {
  readonly method: string;
  readonly path: string;
}

/** Whom a request goes to. */
export interface Recipient {
  readonly port: number;
  /** The value of `Authorization`, in every request. Missing: the server lets everybody in. */
  readonly authorization?: string;
}

export interface RequestParts {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The announced length of a body that is sent separately. */
  readonly length?: number;
}

/** A request as it goes over the wire. */
export function requestBytes(
  { port, authorization }: Recipient,
  { method, path }: RequestLine,
  { headers = {}, body, length }: RequestParts = {},
): Buffer {
  const content = Buffer.from(body ?? '');
  const fields = {
    Host: `127.0.0.1:${port}`,
    ...(authorization === undefined ? {} : { Authorization: authorization }),
    ...headers,
    ...(body === undefined && length === undefined ? {} : { 'Content-Length': length ?? content.length }),
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), content]);
}

/** The value of `Authorization` for a name and a password. */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

const propfind = (content: string): string =>
  `<?xml version="1.0" encoding="utf-8"?>\n<D:propfind xmlns:D="DAV:">${content}</D:propfind>`;

/** Bodies of PROPFIND: everything, and the seven properties that clients usually ask for. */
export const propfindBodies = {
  allprop: propfind('<D:allprop/>'),
  seven: propfind(
    '<D:prop><D:displayname/><D:resourcetype/><D:getcontentlength/><D:getlastmodified/><D:creationdate/>' +
      '<D:getetag/><D:getcontenttype/></D:prop>',
  ),
} as const;

export type AskedProperties = keyof typeof propfindBodies;

/** A PROPFIND of depth 0 or 1. */
export function propfindBytes(
  recipient: Recipient,
  path: string,
  depth: '0' | '1',
  asked: AskedProperties,
): Buffer {
  const headers = { Depth: depth, 'Content-Type': 'application/xml' };
  return requestBytes(recipient, { method: 'PROPFIND', path }, { headers, body: propfindBodies[asked] });
}
