/** How a row's figures are to be read. */
export type Unit = 'per second' | 'MB/s' | 'seconds' | 'milliseconds' | 'MB' | 'ratio';

interface Row {
  readonly title: string;
  readonly unit: Unit;
  /** What the processor time is for, where it is measured. */
  readonly each?: string;
}

const request = { unit: 'per second', each: 'request' } as const;
const listing = { unit: 'milliseconds', each: 'listing' } as const;
const tree = { unit: 'seconds', each: 'operation' } as const;
const large = { unit: 'MB/s', each: 'operation' } as const;
const command = { unit: 'seconds', each: 'command' } as const;

/** The rows of the table, in order. */
export const rows = {
  get: { title: 'GET of 1 KB', ...request },
  'not-modified': { title: 'GET of 1 KB, 304', ...request },
  'propfind-0': { title: 'PROPFIND, Depth 0', ...request },
  'put-relaxed': { title: 'PUT of 1 KB, relaxed', ...request },
  'put-durable': { title: 'PUT of 1 KB, durable (Apache does not sync)', ...request },
  lock: { title: 'LOCK, PUT and UNLOCK, one client', unit: 'per second', each: 'cycle' },
  'list-1000-allprop': { title: 'PROPFIND of 1,000, all properties', ...listing },
  'list-1000-seven': { title: 'PROPFIND of 1,000, seven properties', ...listing },
  'list-10000-allprop': { title: 'PROPFIND of 10,000, all properties', ...listing },
  'list-10000-seven': { title: 'PROPFIND of 10,000, seven properties', ...listing },
  copy: { title: 'COPY of 2,000 files', ...tree },
  move: { title: 'MOVE of 2,000 files', ...tree },
  delete: { title: 'DELETE of 2,000 files', ...tree },
  'get-512': { title: 'GET of 512 MB', ...large },
  'put-512': { title: 'PUT of 512 MB', ...large },
  'svn-checkout': { title: 'svn checkout of 3,000 files', ...command },
  'svn-export': { title: 'svn export of 3,000 files', ...command },
  'svn-update': { title: 'svn update of 3,000 files', ...command },
  'svn-commit': { title: 'svn commit of 3,000 files', ...command },
  'svn-log': { title: 'svn log of 3,000 files', ...command },
  'first-login': { title: 'First request with a password', unit: 'milliseconds', each: 'request' },
  authentication: { title: 'Rate with a password, against a public share without', unit: 'ratio' },
  'second-worker': { title: 'Rate of two workers, against one', unit: 'ratio' },
  'second-worker-time': {
    title: 'The same by processor time: what two free cores could do, against one',
    unit: 'ratio',
  },
  'start-up': { title: 'Start until the first answer', unit: 'seconds', each: 'start' },
  'memory-rest': { title: 'Memory at rest, all processes', unit: 'MB' },
  'memory-worker': { title: 'Memory at rest, largest process', unit: 'MB' },
  'memory-idle': { title: 'Memory with 1,000 idle connections, all processes', unit: 'MB' },
  'memory-listing-1000': { title: 'Memory during listings of 1,000, largest process', unit: 'MB' },
  'memory-listing': { title: 'Memory during a listing of 100,000, largest process', unit: 'MB' },
} as const satisfies Readonly<Record<string, Row>>;

export type RowName = keyof typeof rows;

export const rowNames = keysOf(rows);

export const row = (name: RowName): Row => rows[name];

/** The servers, in the order of the table's columns. */
export const peers = {
  davgate: 'davgate',
  apache: 'Apache open',
  mod_wsgi: 'Apache, mod_wsgi',
  nginx: 'nginx',
  lighttpd: 'lighttpd',
  rclone: 'rclone',
  floor: 'node:http floor',
} as const;

export type PeerName = keyof typeof peers;

export const peerNames = keysOf(peers);

export function isRowName(text: string): text is RowName {
  return Object.hasOwn(rows, text);
}

export function isPeerName(text: string): text is PeerName {
  return Object.hasOwn(peers, text);
}

/** How many times as fast a figure is as another, by its unit: above 1 is faster, or less memory. */
export function advantage(unit: Unit, figure: number, other: number): number {
  return unit === 'per second' || unit === 'MB/s' || unit === 'ratio' ? figure / other : other / figure;
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): readonly Key[] {
  const isKey = (text: string): text is Key => Object.hasOwn(record, text);
  return Object.keys(record).filter(isKey);
}
