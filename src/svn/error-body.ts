import { escapeText } from '../xml/escape.js';

/** The media type of an error body; svn reads no other. */
export const svnErrorType = 'text/xml; charset="utf-8"';

/** SVN_ERR_RA_DAV_REQUEST_FAILED of svn_error_codes.h: "DAV request failed". */
const requestFailed = 175_002;

/**
 * An error body in mod_dav_svn's form, so that svn prints `sentence` instead of a bare status.
 * @param code the code of svn_error_codes.h that svn prints before it; default: `E175002`
 */
export function svnErrorBody(sentence: string, code = requestFailed): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?>\n' +
    '<D:error xmlns:D="DAV:" xmlns:m="http://apache.org/dav/xmlns" xmlns:C="svn:">\n' +
    '<C:error/>\n' +
    `<m:human-readable errcode="${code}">\n${escapeText(sentence)}\n</m:human-readable>\n` +
    '</D:error>\n'
  );
}

/**
 * Whether a client reads that form: svn itself, or a client built on its libraries, such as git-svn, TortoiseSVN and
 * SVNKit.
 */
export function readsSvnErrors(userAgent: string | undefined): boolean {
  return userAgent?.startsWith('SVN/') === true;
}
