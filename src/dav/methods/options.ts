import type { DavReadMethod } from '../context.js';
import { allowedMethods } from '../allowed-methods.js';

/** Compliance classes (RFC 4918 section 18). */
export const davHeader = ['DAV', '1, 2, 3, extended-mkcol'] as const;

/** Tells what the client can do here (RFC 4918 section 10.1); Windows looks for MS-Author-Via. */
export const options: DavReadMethod = async ({ storage, path }) => {
  const stat = await storage.stat(path);
  return {
    status: 200,
    headers: [
      davHeader,
      ['MS-Author-Via', 'DAV'],
      ['Allow', allowedMethods(path, stat)],
      ['Accept-Ranges', 'bytes'],
      ['Content-Length', '0'],
    ],
  };
};
