/**
 * Settings that a PostgreSQL session begins with, as its startup message's `options` carries them: split at white space
 * that no backslash precedes (pg_split_opts, src/backend/utils/init/postinit.c).
 */
export function startupOptions(settings: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(settings)
    .flatMap(([name, value]) => (value === undefined ? [] : [`-c ${name}=${escaped(String(value))}`]))
    .join(' ');
}

function escaped(value: string): string {
  return value.replace(/[\s\\]/g, '\\$&');
}
