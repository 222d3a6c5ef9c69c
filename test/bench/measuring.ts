/** The median of figures taken in turns: what disturbs the machine disturbs both alike. */
export interface Medians {
  readonly ours: number;
  readonly theirs: number;
}

/** Takes both figures in turns, after one of each that does not count. */
export async function alternately(
  rounds: number,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<Medians> {
  const taken: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  await ours();
  await theirs();
  for (let round = 0; round < rounds; round += 1) {
    // Now the one is first and now the other, so that neither always has the warm processor.
    const first = round % 2 === 0;
    if (first) taken.ours.push(await ours());
    taken.theirs.push(await theirs());
    if (!first) taken.ours.push(await ours());
  }
  return { ours: median(taken.ours), theirs: median(taken.theirs) };
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Prints a comparison in one line, with the ratio of the first to the second. */
export function report(what: string, names: readonly [string, string], { ours, theirs }: Medians): void {
  process.stdout.write(
    `${what}: ${names[0]} ${ours.toPrecision(4)}, ${names[1]} ${theirs.toPrecision(4)}, ratio ${(ours / theirs).toFixed(2)}\n`,
  );
}
