import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { absence, errorCode } from './files.js';
import { DeclarationError } from './problems.js';

/**
 * Reads a file as JSON.
 * @param user who this process runs as, for messages
 * @throws DeclarationError where it cannot be read or, with line and column, is not JSON
 */
export function readJson(file: string, user: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new DeclarationError(file, [{ place: '', message: `The file ${unreadable(file, user, error)}.` }]);
  }
  try {
    const json: unknown = JSON.parse(text);
    return json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DeclarationError(file, [{ place: '', message: `It is not JSON: ${withLine(reason, text)}` }]);
  }
}

function unreadable(file: string, user: string, error: unknown): string {
  const fault = absence('file', resolve(file), user);
  if (fault !== undefined) return fault;
  return errorCode(error) === 'EACCES'
    ? `cannot be read: ${user} may not (needs r: chmod, chown or setfacl)`
    : `cannot be read (${errorCode(error) ?? String(error)})`;
}

/** V8 names a position in characters, or quotes what stands around; a person looks for a line. */
function withLine(reason: string, text: string): string {
  const [what = reason] = reason.split(/ (?:in JSON )?at position |(?<=^Unexpected token '.{1,2}'), /su, 1);
  const before = text.slice(0, faultOf(reason, text)).split('\n');
  return `${what} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}

/** Where `text` stops being JSON, in characters; `reason` is V8's complaint. */
function faultOf(reason: string, text: string): number {
  const position = /position (\d+)/.exec(reason)?.[1];
  if (position !== undefined) return Number(position);
  if (!isUnexpectedToken(reason)) return text.length;
  // V8 gives no position for a token out of place: it is the last of the shortest beginning with this complaint.
  let [sound, broken] = [0, text.length];
  while (broken - sound > 1) {
    const middle = Math.floor((sound + broken) / 2);
    if (isUnexpectedToken(complaintAbout(text.slice(0, middle)))) broken = middle;
    else sound = middle;
  }
  return sound;
}

function isUnexpectedToken(reason: string): boolean {
  return reason.startsWith('Unexpected token');
}

function complaintAbout(text: string): string {
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
