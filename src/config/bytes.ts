const units: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ...['k', 'M', 'G', 'T', 'P'].flatMap((letter, index): [string, number][] => [
    [`${letter}B`, 1000 ** (index + 1)],
    [`${letter.toUpperCase()}iB`, 1024 ** (index + 1)],
  ]),
]);

/**
 * Reads a size: a number of bytes, or text such as `10 GiB` (binary units) or `1.5 GB` (decimal ones).
 * @returns whole bytes; undefined for anything else
 */
export function parseBytes(size: number | string): number | undefined {
  const [, amount, unit = 'B'] =
    typeof size === 'string' ? (/^(\d+(?:\.\d+)?) ?([A-Za-z]+)?$/.exec(size) ?? []) : ['', String(size)];
  const factor = units.get(unit === 'KB' ? 'kB' : unit);
  const bytes =
    factor === undefined || amount === undefined ? Number.NaN : Math.floor(Number(amount) * factor);
  return Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined;
}
