import type { IncomingMessage } from 'node:http';
import { Failure } from '../../src/failure.js';
import { checkFields } from '../../src/http/fields.js';

/** As Node looks for it. */
const awaitingContinue = /(?:^|\W)100-continue(?:$|\W)/i;

/**
 * Refuses a head that could be read in two ways, or of which something would be left out.
 * @throws Failure `malformed` without a Host, or with two of a field that may be there once; `too-many-fields`;
 *   `expectation-failed`
 */
export function checkHead(req: IncomingMessage): void {
  const { headers } = req;
  checkFields(req.rawHeaders, Object.keys(headers).length);
  if (headers.host === undefined && isVersionOne(req)) {
    throw new Failure('malformed', 'The request has no Host header field.');
  }
  if (headers.expect !== undefined && isVersionOne(req) && !awaitingContinue.test(headers.expect)) {
    throw new Failure('expectation-failed', 'Nothing but 100-continue can be expected of this server.');
  }
}

/** HTTP/1.0 knows neither of the two fields. */
function isVersionOne({ httpVersionMajor, httpVersionMinor }: IncomingMessage): boolean {
  return httpVersionMajor === 1 && httpVersionMinor >= 1;
}
