/** What packages and people write where a variable is missing: os.environ, django-environ, decouple, pydantic. */
const complaints = [
  /KeyError: ['"]([A-Za-z_]\w*)['"]/,
  /Set the ([A-Za-z_]\w*) environment variable/,
  /UndefinedValueError: ([A-Za-z_]\w*) not found/,
  /([A-Z][A-Z0-9_]+)\b[^\n]*environment variable/,
  /environment variable[^\n]*?\b([A-Z][A-Z0-9_]+)\b/i,
];

/** A KeyError is about a variable only where the environment was asked. */
const isOfEnvironment = /environ|getenv|env\(|envvar|environment variable|decouple/i;

/**
 * What to do about a settings module that misses an environment variable; empty where the error is about another thing.
 * @param traceback the site's own error
 */
export function environmentAdvice(traceback: string): string {
  if (!isOfEnvironment.test(traceback)) return '';
  const name = complaints
    .map((complaint) => complaint.exec(traceback)?.[1])
    .find((found) => found !== undefined);
  if (name === undefined) return '';
  return (
    `\nThe settings run in davgate\u2019s own environment, which lacks ${name}: give davgate what the site\u2019s service has ` +
    '(systemd: the same Environment= or EnvironmentFile= in davgate\u2019s unit).'
  );
}
