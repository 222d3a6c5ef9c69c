/** One schema of a search_path: bare, as PostgreSQL folds it, or in quotation marks, which are doubled inside. */
const element = /\s*(?:"((?:[^"]|"")+)"|([A-Za-z_\u0080-\u{10ffff}][\w$\u0080-\u{10ffff}]*))\s*(,|$)/uy;

/** Bytes of a name that PostgreSQL keeps (NAMEDATALEN); it would cut a longer one. */
const maximumBytes = 63;

/**
 * The schemas of PostgreSQL's setting `search_path`, as SplitIdentifierString reads it (src/backend/utils/adt/varlena.c):
 * names, or `$user`, which stands for the role's.
 * @returns undefined where it is no list of names, an empty one too
 */
export function parseSearchPath(text: string): readonly string[] | undefined {
  const schemas: string[] = [];
  element.lastIndex = 0;
  for (;;) {
    const [, quoted, bare, end] = element.exec(text) ?? [];
    const schema = quoted?.replaceAll('""', '"') ?? bare?.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    if (schema === undefined || schema.includes('\0') || Buffer.byteLength(schema) > maximumBytes)
      return undefined;
    schemas.push(schema);
    if (end !== ',') return schemas;
  }
}

/** The same in PostgreSQL's own writing; quoted where that is needed. */
export function formatSearchPath(schemas: readonly string[]): string {
  return schemas
    .map((schema) => (/^[a-z_][a-z0-9_]*$/.test(schema) ? schema : `"${schema.replaceAll('"', '""')}"`))
    .join(',');
}
