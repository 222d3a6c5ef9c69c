import type { HttpResponse } from './message.js';

/** Only the user who was let in may keep a copy, and asks each time whether it is still the one. */
const cacheControl = ['Cache-Control', 'private, no-cache'] as const;

/** An answer that no cache between here and the user keeps, unless it says itself who may. */
export function keptPrivately(response: HttpResponse): HttpResponse {
  const { headers } = response;
  if (headers.some(([name]) => name.length === 13 && name.toLowerCase() === 'cache-control')) return response;
  return { ...response, headers: [...headers, cacheControl] };
}
