/**
 * What a connection reports about itself and about tables: by subject (a table; empty for the connection), then by
 * fact.
 */
export type Facts = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Facts without a value are omitted. */
export function factsOf(
  found: Iterable<readonly [subject: string, fact: string, value: string | null]>,
): Facts {
  const facts = new Map<string, Map<string, string>>();
  for (const [subject, fact, value] of found) {
    if (value === null) continue;
    const known = facts.get(subject) ?? new Map<string, string>();
    facts.set(subject, known.set(fact.toLowerCase(), value));
  }
  return facts;
}

export function connectionFact(facts: Facts, fact: string): string | undefined {
  return facts.get('')?.get(fact);
}
