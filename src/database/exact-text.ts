import type { DatabaseLocation } from './location.js';

/**
 * SQL that compares a column (bound twice, as `??`) with a text (bound twice, as `?`) so that only exactly the same
 * text matches. The first comparison can use an index; on its own it may ignore case, accents and trailing spaces, as
 * MySQL's usual collations, PostgreSQL's citext and SQLite's NOCASE do.
 */
export const exactText: Readonly<Record<DatabaseLocation['kind'], string>> = {
  sqlite: '?? = ? and ?? = ? collate binary',
  postgresql: '?? = ? and cast(?? as text) collate "C" = ?',
  // Compared as bytes, because `utf8mb4_bin` also ignores trailing spaces.
  mysql: '?? = ? and cast(convert(?? using utf8mb4) as binary) = cast(? as binary)',
};
