import type { HttpResponse } from './message.js';

/** Only the user's own cache may store the answer, and must revalidate it each time. */
const cacheControl = ['Cache-Control', 'private, no-cache'] as const;

/** Makes an answer private to its user's cache, unless the answer itself says who may store it. */
export function keptPrivately(response: HttpResponse): HttpResponse {
  const { headers } = response;
  if (headers.some(([name]) => name.length === 13 && name.toLowerCase() === 'cache-control')) return response;
  return { ...response, headers: [...headers, cacheControl] };
}
