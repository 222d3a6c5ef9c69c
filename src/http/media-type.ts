import mime from 'mime-types';

/** The Content-Type for a file of this name, with charset UTF-8 for text; `application/octet-stream` if unknown. */
export function contentTypeOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return (dot > 0 && mime.contentType(name.slice(dot))) || 'application/octet-stream';
}
