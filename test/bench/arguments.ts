import { parseArgs } from 'node:util';
import { isPeerName, isRowName, peerNames, rowNames, type PeerName, type RowName } from './rows.js';

/** How the table or growth is measured. */
export interface Plan {
  /** Undefined: all. */
  readonly rows: readonly RowName[] | undefined;
  readonly peers: readonly PeerName[];
  readonly rounds: number;
  /** Processors for the servers, where there are as many. */
  readonly cores: number;
  /** How long each load lasts. */
  readonly seconds: number;
}

/** What `npm run bench` is asked for. */
export type Asked =
  | { readonly kind: 'table' | 'growth'; readonly plan: Plan }
  | { readonly kind: 'named'; readonly names: readonly string[] }
  | { readonly kind: 'mistake'; readonly message: string };

/** Fewer rounds than this are for trying a row out: they are not saved. */
export const fewestRounds = 5;

const options = {
  only: { type: 'string', multiple: true },
  peers: { type: 'string', multiple: true },
  rounds: { type: 'string', default: String(fewestRounds) },
  cores: { type: 'string', default: '2' },
  seconds: { type: 'string', default: '0.5' },
} as const;

/** @param named the benchmarks that have a name */
export function parseBenchArguments(args: readonly string[], named: readonly string[]): Asked {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const growth = positionals.length === 1 && positionals[0] === 'growth';
    if (positionals.length > 0 && !growth) return parseNames(positionals, args.length, named);
    if (growth && values.only) return mistake('growth has no rows: leave out --only.');
    const plan: Plan = {
      rows: values.only && listOf(values.only, isRowName, 'row', rowNames),
      peers: values.peers
        ? ordered(listOf(values.peers, isPeerName, 'server', peerNames))
        : growth
          ? ['davgate', 'apache', 'nginx']
          : peerNames,
      rounds: numberOf(values.rounds, 'rounds', 1, 99),
      cores: numberOf(values.cores, 'cores', 1, 1024),
      seconds: numberOf(values.seconds, 'seconds', 0.01, 60),
    };
    return { kind: growth ? 'growth' : 'table', plan };
  } catch (error) {
    return mistake(error instanceof Error ? error.message : String(error));
  }
}

/** Whether a run says enough to replace the figures that are saved. */
export function isWhole({ rows, peers, rounds }: Plan, needed: readonly PeerName[] = peerNames): boolean {
  return rows === undefined && rounds >= fewestRounds && needed.every((name) => peers.includes(name));
}

function parseNames(names: readonly string[], given: number, named: readonly string[]): Asked {
  const unknown = names.find((name) => !named.includes(name));
  if (unknown !== undefined)
    return mistake(`There is no "${unknown}", only growth, ${named.join(', ')}; without a name, the table.`);
  if (given > names.length) return mistake('Only the table and growth have options.');
  return { kind: 'named', names };
}

function listOf<Name extends string>(
  lists: readonly string[],
  isName: (text: string) => text is Name,
  what: string,
  all: readonly string[],
): Name[] {
  return lists
    .flatMap((list) => list.split(','))
    .map((text) => {
      if (!isName(text)) throw new RangeError(`There is no ${what} "${text}", only ${all.join(', ')}.`);
      return text;
    });
}

/** In the order of the columns, each once. */
function ordered(chosen: readonly PeerName[]): PeerName[] {
  return peerNames.filter((name) => chosen.includes(name));
}

function numberOf(text: string, name: string, least: number, most: number): number {
  const number = Number(text);
  const isWholeNumber = name === 'seconds' || Number.isInteger(number);
  if (text.trim() === '' || !(number >= least && number <= most) || !isWholeNumber)
    throw new RangeError(`--${name} must be a number from ${least} to ${most}, not "${text}".`);
  return number;
}

function mistake(message: string): Asked {
  return { kind: 'mistake', message };
}
