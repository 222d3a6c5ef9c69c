import mime from 'mime-types';

/** The Content-Type for a file of this name, with charset UTF-8 for text; `application/octet-stream` if unknown. */
export function contentTypeOf(name: string): string {
  return mime.contentType(name.slice(name.lastIndexOf('.') + 1)) || 'application/octet-stream';
}
