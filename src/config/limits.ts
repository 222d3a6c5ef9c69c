import { z } from 'zod';

const [KiB, MiB, GiB, TiB] = [1024, 1024 ** 2, 1024 ** 3, 1024 ** 4] as const;

const limit = ([preset, least, most]: readonly [preset: number, least: number, most: number], what: string) =>
  z.int().min(least).max(most).default(preset).describe(`${what} Default: ${preset}.`);

export const limitsSchema = z
  .strictObject({
    xmlBytes: limit([MiB, KiB, GiB], 'Bytes of an XML body.'),
    xmlDepth: limit([64, 8, 1000], 'Nested elements of an XML body.'),
    xmlAttributes: limit([64, 8, 10_000], 'Attributes of one element of an XML body.'),
    xmlElements: limit([10_000, 100, 1_000_000], 'Elements of an XML body.'),
    xmlNamespaces: limit([1000, 100, 1_000_000], 'Namespace declarations of an XML body.'),
    xmlBytesPerUser: limit(
      [8 * MiB, KiB, TiB],
      'Bytes of one user\u2019s XML bodies that are being read at the same time; at least `xmlBytes`.',
    ),
    xmlBytesInAll: limit(
      [64 * MiB, KiB, TiB],
      'Bytes of all XML bodies that are being read at the same time; at least `xmlBytes`.',
    ),
    propertyBytes: limit([64 * KiB, KiB, GiB], 'Bytes of one dead property\u2019s XML.'),
    propertyBytesPerResource: limit([256 * KiB, KiB, GiB], 'Bytes of a resource\u2019s dead properties.'),
    // Windows Explorer stores some 600 bytes with each file that it writes.
    propertyBytesPerUser: limit([64 * MiB, KiB, TiB], 'Bytes of the dead properties that one user has set.'),
    propertyBytesPerShare: limit([512 * MiB, KiB, TiB], 'Bytes of the dead properties in one share.'),
    // An svn client lists a lock token for each path of a commit in `If`.
    headerBytes: limit([256 * KiB, 8 * KiB, 16 * MiB], 'Bytes of a request\u2019s header section.'),
    idleSeconds: limit(
      [600, 1, 86_400],
      'Seconds after which davgate closes a connection on which no byte moves.',
    ),
    connections: limit([10_000, 1, 1_000_000], 'Connections at the same time.'),
    connectionsPerAddress: limit(
      [2500, 1, 1_000_000],
      'Connections of one client address at the same time; a trusted proxy may have any number.',
    ),
    requests: limit([1000, 1, 100_000], 'Requests of signed-in users under way at the same time.'),
    // Finder opens some 200 connections for one copy.
    requestsPerUser: limit([250, 1, 100_000], 'Requests of one user under way at the same time.'),
    lockSeconds: limit([3600, 30, 31_536_000], 'Seconds that a lock may last without a refresh.'),
    locksPerUser: limit([1000, 1, 1_000_000], 'Locks that one user may hold at the same time.'),
    locksInAll: limit([10_000, 1, 1_000_000], 'Locks that all users together may hold at the same time.'),
  })
  .describe('What a client may use of the server.');

export type LimitsDeclaration = Readonly<z.output<typeof limitsSchema>>;

/** The declared limits, with defaults for the others. Every body that a client may send can also be read. */
export function limitsOf(declared: z.input<typeof limitsSchema> = {}): LimitsDeclaration {
  const limits = limitsSchema.parse(declared);
  const { xmlBytes, xmlBytesPerUser, xmlBytesInAll } = limits;
  return {
    ...limits,
    xmlBytesPerUser: Math.max(xmlBytes, xmlBytesPerUser),
    xmlBytesInAll: Math.max(xmlBytes, xmlBytesInAll),
  };
}

/**
 * One process's part of the limits on connections, requests and bytes at the same time, where several share them: rounded
 * up, and never too little for one body. Limits on what is stored are the same for all.
 */
export function dividedLimits(limits: LimitsDeclaration, processes: number): LimitsDeclaration {
  const part = (limit: number): number => Math.ceil(limit / processes);
  const { xmlBytes } = limits;
  return {
    ...limits,
    xmlBytesPerUser: Math.max(xmlBytes, part(limits.xmlBytesPerUser)),
    xmlBytesInAll: Math.max(xmlBytes, part(limits.xmlBytesInAll)),
    connections: part(limits.connections),
    connectionsPerAddress: part(limits.connectionsPerAddress),
    requests: part(limits.requests),
    requestsPerUser: part(limits.requestsPerUser),
  };
}
