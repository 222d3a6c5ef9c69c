import type { z } from 'zod';
import { errorCode } from './files.js';
import { isFailure } from '../failure.js';

/** Something wrong with a declaration: where, as a JSON path such as `shares[1].require.staff`, and what. */
export interface Problem {
  readonly place: string;
  readonly message: string;
}

/** All problems of a declaration. The message is for a person and has a line for each problem. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError';
  readonly problems: readonly Problem[];

  /**
   * @param file the declaration's file, as the user named it
   * @param positions the positions of places in it; without, the message only names the places
   */
  constructor(file: string, problems: readonly Problem[], positions: Positions = () => undefined) {
    const placed = problems.map((problem) => ({ ...problem, position: positions(problem.place) }));
    const sorted = placed.sort((one, other) => order(one.position) - order(other.position));
    const lines = sorted.map((problem) => `  ${problemInWords(problem, positions)}`);
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    super(`${file} has ${count}:\n${lines.join('\n')}`);
    this.problems = sorted.map(({ place, message }) => ({ place, message }));
  }
}

/** A problem on one line, with its line and column if known. */
export function problemInWords({ place, message }: Problem, positions: Positions = () => undefined): string {
  const position = place === '' ? undefined : positions(place);
  const where = [position && `line ${position.line}, column ${position.column}`, place];
  return [...where.filter((part) => part !== undefined && part !== ''), message].join(': ');
}

/** A position in a file, counted from 1; columns in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type Positions = (place: string) => Position | undefined;

function order(position: Position | undefined): number {
  return position ? position.line * 100_000 + Math.min(position.column, 99_999) : 0;
}

/** The keys and indices of a JSON path as {@link placeOf} writes it. */
export function pathOf(place: string): (string | number)[] {
  return [...place.matchAll(/\[(\d+)\]|([^.[\],]+)/g)].map(([, index, key]) =>
    index === undefined ? (key ?? '') : Number(index),
  );
}

/** A JSON path as JavaScript writes it. */
export function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

export function problemsOf(error: z.ZodError, within: readonly PropertyKey[] = []): Problem[] {
  return error.issues.flatMap((issue) => fromIssue(issue, [...within, ...issue.path]));
}

function fromIssue(issue: z.core.$ZodIssue, path: readonly PropertyKey[]): Problem[] {
  const place = placeOf(path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ place: placeOf([...path, key]), message: 'is not a known key' }));
    case 'invalid_type':
      return [
        { place, message: issue.input === undefined ? 'is missing' : `must be ${article(issue.expected)}` },
      ];
    case 'invalid_union': {
      if (issue.discriminator !== undefined) {
        return [{ place, message: issue.message }];
      }
      // The issues of the branch that was meant, the one with the fewest unknown keys, say more than the union's own.
      const [branch] = issue.errors
        .filter((issues) => issues.some(({ path: inner }) => inner.length > 0) || strangeKeys(issues) > 0)
        .sort((one, other) => strangeKeys(one) - strangeKeys(other));
      return branch
        ? branch.flatMap((inner) => fromIssue(inner, [...path, ...inner.path]))
        : [{ place, message: unionMessage(issue.input, path) }];
    }
    case 'invalid_value':
      return [{ place, message: `must be ${oneOf(issue.values.map((value) => JSON.stringify(value)))}` }];
    default:
      return [{ place, message: lowerFirst(issue.message) }];
  }
}

function strangeKeys(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce(
    (count, issue) => count + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0),
    0,
  );
}

function unionMessage(input: unknown, path: readonly PropertyKey[]): string {
  if (input === undefined) return 'is missing';
  return path.at(-1) === 'write' ? 'must be false or an object of requirements' : 'must be an object';
}

function article(type: string): string {
  if (type === 'int') return 'a whole number';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

export function oneOf(values: readonly (string | undefined)[]): string {
  return values.length === 1
    ? (values[0] ?? '')
    : `one of ${values.slice(0, -1).join(', ')} and ${values.at(-1) ?? ''}`;
}

/**
 * Something that an administrator will want to change, in the same words for `check` and at the start.
 *
 * - `refusal`: davgate does not start with it.
 * - `nobody`: it starts, since that may pass, but nobody could sign in now.
 * - `warning`: it starts, and something will not work, or not as meant.
 */
export interface Finding extends Problem {
  readonly gravity: 'refusal' | 'nobody' | 'warning';
}

export function finding(gravity: Finding['gravity'], place: string, message: string): Finding {
  return { gravity, place, message };
}

/** @throws DeclarationError with all that davgate does not start with */
export function refuse(file: string, findings: readonly Finding[], positions: Positions): void {
  const refusals = findings.filter(({ gravity }) => gravity === 'refusal');
  if (refusals.length > 0) throw new DeclarationError(file, refusals, positions);
}

/** Why davgate could not start, or could not apply a changed declaration, for the administrator. */
export function errorInWords(error: unknown): string {
  if (error instanceof DeclarationError || error instanceof RangeError || isFailure(error)) {
    return error.message;
  }
  if (!(error instanceof Error)) return String(error);
  // The administrator can fix what the system refuses; anything else is a fault of davgate itself.
  return errorCode(error) !== undefined && 'syscall' in error
    ? error.message
    : (error.stack ?? error.message);
}
