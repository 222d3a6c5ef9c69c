import type { Readable } from 'node:stream';
import { Failure } from '../../failure.js';
import type { HeaderList } from '../../http/message.js';
import { framingOf } from '../request-framing.js';
import { type BodyRequest, readBody, type WholeBody } from './read-body.js';

/**
 * What to send on as the body: a file as it arrives, anything else after it has arrived completely and has been
 * checked.
 * @throws Failure `unsupported-media-type` for a compressed body; as framingOf and readBody
 */
export async function bodyToSend(
  request: Omit<BodyRequest, 'framing'> & { readonly headers: HeaderList },
): Promise<Readable | WholeBody> {
  const { method, headers, body } = request;
  const framing = framingOf(headers);
  const empty = framing.kind === 'none' || (framing.kind === 'length' && Number(framing.bytes) === 0);
  if (!empty && headers.some(isCoding)) {
    throw new Failure('unsupported-media-type', 'The request body must not be compressed.');
  }
  if (method === 'MERGE' && empty) {
    throw new Failure('malformed', 'The body of the MERGE must name exactly one source.');
  }
  return empty || method === 'PUT' ? body : readBody({ ...request, framing });
}

/** Apache would take the compressed bytes for the body itself. */
function isCoding([name, value]: HeaderList[number]): boolean {
  return (
    name.length === 'content-encoding'.length &&
    name.toLowerCase() === 'content-encoding' &&
    value.trim().toLowerCase() !== 'identity'
  );
}
