/** The longest names to compare letter by letter; Django's have at most 150 characters. */
const longest = 200;

/**
 * The candidate that somebody may have meant by a name: the same apart from case and spaces, the same codename in
 * another app, or with at most a quarter of its letters different.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = folded(name);
  const codename = name.slice(name.indexOf('.') + 1);
  let nearest: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = folded(candidate) === wanted ? 0 : distanceTo(candidate, name, codename);
    if (distance !== undefined && distance < (nearest?.distance ?? Infinity)) {
      nearest = { name: candidate, distance };
    }
  }
  return nearest?.name;
}

function folded(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

function distanceTo(candidate: string, name: string, codename: string): number | undefined {
  if (name.includes('.') && candidate.endsWith(`.${codename}`)) return 0.5;
  if (candidate.length > longest || name.length > longest) return undefined;
  const most = Math.max(1, Math.floor(name.length / 4));
  if (Math.abs(candidate.length - name.length) > most) return undefined;
  const distance = edits(folded(candidate), folded(name));
  return distance <= most ? distance : undefined;
}

/** How many letters to insert, delete, change or swap with their neighbour (restricted Damerau distance). */
export function edits(one: string, other: string): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      }
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row.at(-1) ?? 0;
}
