import { Failure, type Refusal } from '../failure.js';
import type { HttpResponse } from '../http/message.js';
import type { ReadContext, ReadRequest } from './context.js';
import { findProperties } from './methods/propfind.js';
import { requireStat } from './place.js';
import type { PropertyReader } from './properties/property-store.js';

/** The methods of what is only read, as the Allow header field lists them. */
export const readOnlyMethods = 'OPTIONS, GET, HEAD, PROPFIND';

const allow = ['Allow', readOnlyMethods] as const;
const methods: ReadonlySet<string> = new Set(readOnlyMethods.split(', '));

/** Why a method is refused in a read-only place; undefined if it is allowed there. */
export function refusalOfReadOnly(method: string): Refusal | undefined {
  return methods.has(method) ? undefined : { failure: 'method-not-allowed', sentence: 'This is read-only.' };
}

/** The dead properties of a place where clients cannot set any. */
export const noProperties: PropertyReader = {
  get: () => Promise.resolve(new Map()),
  members: () => Promise.resolve(undefined),
};

interface ReadOnlyContext extends ReadContext {
  /** The value of the DAV header field (RFC 4918 section 10.1). */
  readonly classes: string;
  readonly get: () => HttpResponse | Promise<HttpResponse>;
}

/**
 * Answers a WebDAV request in a read-only place, so that a client can mount it.
 * @throws Failure `method-not-allowed` with Allow for a method that would change something; `not-found`; and as
 *   PROPFIND
 */
export async function handleReadOnly(request: ReadRequest, context: ReadOnlyContext): Promise<HttpResponse> {
  const { method } = request;
  if (method === 'GET' || method === 'HEAD') return context.get();
  if (method === 'PROPFIND') return findProperties(request, context);
  const refusal = refusalOfReadOnly(method);
  if (refusal) throw new Failure(refusal.failure, refusal.sentence, { headers: [allow] });
  await requireStat(request);
  return {
    status: 200,
    headers: [['DAV', context.classes], ['MS-Author-Via', 'DAV'], allow, ['Content-Length', '0']],
  };
}
