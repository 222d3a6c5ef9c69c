import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { absence, errorCode } from './files.js';
import { DeclarationError, pathOf, type Position, type Positions } from './problems.js';

interface ReadJson {
  readonly text: string;
  readonly json: unknown;
  readonly positions: Positions;
}

/**
 * Reads a file as JSON.
 * @param user who this process runs as, for messages
 * @param known what stands in the file, if somebody has read it already
 * @throws DeclarationError if the file cannot be read or is not JSON; the latter with line and column
 */
export function readJson(file: string, user: string, known?: string): ReadJson {
  let text: string;
  try {
    text = known ?? readFileSync(file, 'utf8');
  } catch (error) {
    throw new DeclarationError(file, [{ place: '', message: `The file ${unreadable(file, user, error)}.` }]);
  }
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true });
  const [fault] = errors;
  if (fault) throw new DeclarationError(file, [{ place: '', message: notJson(fault, text) }]);
  const json: unknown = JSON.parse(text);
  return {
    text,
    json,
    positions: (place) => (tree === undefined ? undefined : positionIn(text, tree, place)),
  };
}

function unreadable(file: string, user: string, error: unknown): string {
  const fault = absence('file', resolve(file), user);
  if (fault !== undefined) return fault;
  return errorCode(error) === 'EACCES'
    ? `cannot be read: ${user} has no read permission (grant r with chmod, chown or setfacl)`
    : `cannot be read (${errorCode(error) ?? String(error)})`;
}

/** What is wrong, by the parser's error codes. */
const faults: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a word other than true, false and null, or text without double quotation marks',
  InvalidNumberFormat: 'a number in a form that JSON does not have',
  PropertyNameExpected: 'a key in double quotation marks is missing, or there is an extra comma',
  ValueExpected: 'a value is missing, or there is an extra comma',
  ColonExpected: 'a colon is missing after the key',
  CommaExpected: 'a comma is missing',
  CloseBraceExpected: 'a closing brace } is missing',
  CloseBracketExpected: 'a closing bracket ] is missing',
  EndOfFileExpected: 'there is text after the end of the declaration',
  InvalidCommentToken: 'JSON does not allow comments',
  UnexpectedEndOfComment: 'JSON does not allow comments',
  UnexpectedEndOfString: 'a closing quotation mark is missing',
  UnexpectedEndOfNumber: 'a number is incomplete',
  InvalidUnicode: 'an escape \\u must be followed by four hexadecimal digits',
  InvalidEscapeCharacter: 'a backslash starts an escape that JSON does not have; write \\\\ for a backslash',
  InvalidCharacter: 'a text contains a control character; write \\t or \\n',
};

function notJson({ error, offset }: ParseError, text: string): string {
  const { line, column } = positionAt(text, offset);
  const what = faults[printParseErrorCode(error)] ?? 'something is wrong';
  return `The file is not valid JSON: ${what} (line ${line}, column ${column})`;
}

/** The position of a place; if it does not exist, of the nearest value around it. */
function positionIn(text: string, tree: Node, place: string): Position {
  const path = pathOf(place);
  for (let length = path.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (!node) continue;
    // People look for a key, not for its value.
    const { offset } = node.parent?.type === 'property' ? node.parent : node;
    return positionAt(text, offset);
  }
  return positionAt(text, tree.offset);
}

function positionAt(text: string, offset: number): Position {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
