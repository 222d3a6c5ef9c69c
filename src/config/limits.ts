import { z } from 'zod';

/** What a client may use of the server. */
export interface LimitsDeclaration {
  /** Bytes of an XML body. */
  readonly xmlBytes: number;
  /** Nested elements of an XML body. */
  readonly xmlDepth: number;
  /** Attributes of one element of an XML body. */
  readonly xmlAttributes: number;
  /** Elements of an XML body. */
  readonly xmlElements: number;
  /** Namespace declarations of an XML body. */
  readonly xmlNamespaces: number;
  /** Bytes of the XML bodies that are being read at the same time, of one user and of all. */
  readonly xmlBytesPerUser: number;
  readonly xmlBytesInAll: number;
  /** Bytes of one dead property's XML. */
  readonly propertyBytes: number;
  /** Bytes of the dead properties of a resource, of those that a user has set, and of those in a share. */
  readonly propertyBytesPerResource: number;
  readonly propertyBytesPerUser: number;
  readonly propertyBytesPerShare: number;
  /** Bytes of a request's header section. */
  readonly headerBytes: number;
  /** Seconds after which davgate closes a connection on which no byte moves. */
  readonly idleSeconds: number;
  /** Connections at the same time. */
  readonly connections: number;
  /** Connections of one client address at the same time. */
  readonly connectionsPerAddress: number;
  /** Requests of signed-in users under way at the same time. */
  readonly requests: number;
  /** Requests of one user under way at the same time. */
  readonly requestsPerUser: number;
  /** Seconds that a lock may last without a refresh. */
  readonly lockSeconds: number;
  /** Locks that one user may hold at the same time. */
  readonly locksPerUser: number;
  /** Locks that all users together may hold at the same time. */
  readonly locksInAll: number;
}

const defaults: LimitsDeclaration = {
  xmlBytes: 1024 * 1024,
  xmlDepth: 64,
  xmlAttributes: 64,
  xmlElements: 10_000,
  xmlNamespaces: 1000,
  xmlBytesPerUser: 8 * 1024 ** 2,
  xmlBytesInAll: 64 * 1024 ** 2,
  propertyBytes: 64 * 1024,
  propertyBytesPerResource: 256 * 1024,
  // Windows Explorer stores some 600 bytes with each file that it writes.
  propertyBytesPerUser: 64 * 1024 ** 2,
  propertyBytesPerShare: 512 * 1024 ** 2,
  // An svn client lists a lock token for each path of a commit in `If`.
  headerBytes: 256 * 1024,
  idleSeconds: 600,
  connections: 10_000,
  connectionsPerAddress: 2500,
  requests: 1000,
  // Finder opens some 200 connections for one copy.
  requestsPerUser: 250,
  lockSeconds: 3600,
  locksPerUser: 1000,
  locksInAll: 10_000,
};

const limit = (what: string, name: keyof LimitsDeclaration, least: number, most: number) =>
  z.int().min(least).max(most).optional().describe(`${what} Default: ${defaults[name]}.`);

export const limitsSchema = z
  .strictObject({
    xmlBytes: limit('Bytes of an XML body.', 'xmlBytes', 1024, 1024 ** 3),
    xmlDepth: limit('Nested elements of an XML body.', 'xmlDepth', 8, 1000),
    xmlAttributes: limit('Attributes of one element of an XML body.', 'xmlAttributes', 8, 10_000),
    xmlElements: limit('Elements of an XML body.', 'xmlElements', 100, 1_000_000),
    xmlNamespaces: limit('Namespace declarations of an XML body.', 'xmlNamespaces', 100, 1_000_000),
    xmlBytesPerUser: limit(
      'Bytes of one user\u2019s XML bodies that are being read at the same time; at least `xmlBytes`.',
      'xmlBytesPerUser',
      1024,
      1024 ** 4,
    ),
    xmlBytesInAll: limit(
      'Bytes of all XML bodies that are being read at the same time; at least `xmlBytes`.',
      'xmlBytesInAll',
      1024,
      1024 ** 4,
    ),
    propertyBytes: limit('Bytes of one dead property\u2019s XML.', 'propertyBytes', 1024, 1024 ** 3),
    propertyBytesPerResource: limit(
      'Bytes of a resource\u2019s dead properties.',
      'propertyBytesPerResource',
      1024,
      1024 ** 3,
    ),
    propertyBytesPerUser: limit(
      'Bytes of the dead properties that one user has set.',
      'propertyBytesPerUser',
      1024,
      1024 ** 4,
    ),
    propertyBytesPerShare: limit(
      'Bytes of the dead properties in one share.',
      'propertyBytesPerShare',
      1024,
      1024 ** 4,
    ),
    headerBytes: limit('Bytes of a request\u2019s header section.', 'headerBytes', 8192, 16 * 1024 ** 2),
    idleSeconds: limit(
      'Seconds after which davgate closes a connection on which no byte moves.',
      'idleSeconds',
      1,
      86_400,
    ),
    connections: limit('Connections at the same time.', 'connections', 1, 1_000_000),
    connectionsPerAddress: limit(
      'Connections of one client address at the same time; a trusted proxy may have any number.',
      'connectionsPerAddress',
      1,
      1_000_000,
    ),
    requests: limit('Requests of signed-in users under way at the same time.', 'requests', 1, 100_000),
    requestsPerUser: limit('Requests of one user under way at the same time.', 'requestsPerUser', 1, 100_000),
    lockSeconds: limit('Seconds that a lock may last without a refresh.', 'lockSeconds', 30, 31_536_000),
    locksPerUser: limit('Locks that one user may hold at the same time.', 'locksPerUser', 1, 1_000_000),
    locksInAll: limit('Locks that all users together may hold at the same time.', 'locksInAll', 1, 1_000_000),
  })
  .describe('What a client may use of the server.');

/** The declared limits, with defaults for the others. Every body that a client may send can also be read. */
export function limitsOf(declared: z.infer<typeof limitsSchema> | undefined): LimitsDeclaration {
  const xmlBytes = declared?.xmlBytes ?? defaults.xmlBytes;
  return {
    xmlBytes,
    xmlDepth: declared?.xmlDepth ?? defaults.xmlDepth,
    xmlAttributes: declared?.xmlAttributes ?? defaults.xmlAttributes,
    xmlElements: declared?.xmlElements ?? defaults.xmlElements,
    xmlNamespaces: declared?.xmlNamespaces ?? defaults.xmlNamespaces,
    xmlBytesPerUser: Math.max(xmlBytes, declared?.xmlBytesPerUser ?? defaults.xmlBytesPerUser),
    xmlBytesInAll: Math.max(xmlBytes, declared?.xmlBytesInAll ?? defaults.xmlBytesInAll),
    propertyBytes: declared?.propertyBytes ?? defaults.propertyBytes,
    propertyBytesPerResource: declared?.propertyBytesPerResource ?? defaults.propertyBytesPerResource,
    propertyBytesPerUser: declared?.propertyBytesPerUser ?? defaults.propertyBytesPerUser,
    propertyBytesPerShare: declared?.propertyBytesPerShare ?? defaults.propertyBytesPerShare,
    headerBytes: declared?.headerBytes ?? defaults.headerBytes,
    idleSeconds: declared?.idleSeconds ?? defaults.idleSeconds,
    connections: declared?.connections ?? defaults.connections,
    connectionsPerAddress: declared?.connectionsPerAddress ?? defaults.connectionsPerAddress,
    requests: declared?.requests ?? defaults.requests,
    requestsPerUser: declared?.requestsPerUser ?? defaults.requestsPerUser,
    lockSeconds: declared?.lockSeconds ?? defaults.lockSeconds,
    locksPerUser: declared?.locksPerUser ?? defaults.locksPerUser,
    locksInAll: declared?.locksInAll ?? defaults.locksInAll,
  };
}
