import type { DatabaseLocation } from './location.js';

/**
 * SQL that compares a column (bound twice, as `??`) with a text (bound twice, as `?`) so that nothing but the very same
 * text matches. The first comparison is the one an index serves; by itself it may ignore case, accents and trailing
 * spaces, as MySQL's usual collations do, PostgreSQL's citext and SQLite's NOCASE.
 */
export const exactText: Readonly<Record<DatabaseLocation['kind'], string>> = {
  sqlite: '?? = ? and ?? = ? collate binary',
  postgresql: '?? = ? and cast(?? as text) collate "C" = ?',
  // Compared as bytes, since `utf8mb4_bin` ignores trailing spaces too.
  mysql: '?? = ? and cast(convert(?? using utf8mb4) as binary) = cast(? as binary)',
};
