import type { IncomingMessage } from 'node:http';
import { Failure } from '../../src/failure.js';
import { checkFields } from '../../src/http/fields.js';

/** The same test that Node uses. */
const awaitingContinue = /(?:^|\W)100-continue(?:$|\W)/i;

/**
 * Refuses a request head that is ambiguous, or that Node would read incompletely.
 * @throws Failure `malformed` if Host is missing, or a field that may occur only once is repeated; `too-many-fields`;
 *   `expectation-failed`
 */
export function checkHead(req: IncomingMessage): void {
  const { headers } = req;
  checkFields(req.rawHeaders, Object.keys(headers).length);
  if (headers.host === undefined && isVersionOne(req)) {
    throw new Failure('malformed', 'The request has no Host header field.');
  }
  if (headers.expect !== undefined && isVersionOne(req) && !awaitingContinue.test(headers.expect)) {
    throw new Failure('expectation-failed', 'This server supports only the expectation 100-continue.');
  }
}

/** HTTP/1.0 defines neither of the two fields. */
function isVersionOne({ httpVersionMajor, httpVersionMinor }: IncomingMessage): boolean {
  return httpVersionMajor === 1 && httpVersionMinor >= 1;
}
