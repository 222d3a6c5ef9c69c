/**
 * The settings of a PostgreSQL session in the form of the startup message's `options`, which are split at white space
 * without a preceding backslash (pg_split_opts, src/backend/utils/init/postinit.c).
 */
export function startupOptions(settings: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(settings)
    .flatMap(([name, value]) => (value === undefined ? [] : [`-c ${name}=${escaped(String(value))}`]))
    .join(' ');
}

function escaped(value: string): string {
  return value.replace(/[\s\\]/g, '\\$&');
}
