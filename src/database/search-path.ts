/** One schema of a search_path: bare, as PostgreSQL folds it, or in quotation marks, which are doubled inside. */
const element = /\s*(?:"((?:[^"]|"")+)"|([A-Za-z_\u0080-\u{10ffff}][\w$\u0080-\u{10ffff}]*))\s*(,|$)/uy;

/** The most bytes of a name in PostgreSQL (NAMEDATALEN); it would truncate a longer one. */
const maximumBytes = 63;

/**
 * The schemas in PostgreSQL's setting `search_path`, parsed like SplitIdentifierString
 * (src/backend/utils/adt/varlena.c): names, or `$user`, which stands for the role's own schema.
 * @returns undefined for anything but a non-empty list of names
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

/** The same in PostgreSQL's own notation; quoted if necessary. */
export function formatSearchPath(schemas: readonly string[]): string {
  return schemas
    .map((schema) => (/^[a-z_][a-z0-9_]*$/.test(schema) ? schema : `"${schema.replaceAll('"', '""')}"`))
    .join(',');
}
