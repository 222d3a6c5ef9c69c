/** How packages and people report a missing variable: os.environ, django-environ, decouple, pydantic. */
const complaints = [
  /KeyError: ['"]([A-Za-z_]\w*)['"]/,
  /Set the ([A-Za-z_]\w*) environment variable/,
  /UndefinedValueError: ([A-Za-z_]\w*) not found/,
  /([A-Z][A-Z0-9_]+)\b[^\n]*environment variable/,
  /environment variable[^\n]*?\b([A-Z][A-Z0-9_]+)\b/i,
];

/** A KeyError concerns a variable only if the code has read the environment. */
const isOfEnvironment = /environ|getenv|env\(|envvar|environment variable|decouple/i;

/**
 * What to do about a settings module that lacks an environment variable; empty if the error is about something else.
 * @param traceback the site's own error
 */
export function environmentAdvice(traceback: string): string {
  if (!isOfEnvironment.test(traceback)) return '';
  const name = complaints
    .map((complaint) => complaint.exec(traceback)?.[1])
    .find((found) => found !== undefined);
  if (name === undefined) return '';
  return (
    `\nThe settings run in davgate\u2019s own environment, which lacks ${name}: give davgate the environment of the site\u2019s service ` +
    '(systemd: the same Environment= or EnvironmentFile= in davgate\u2019s unit).'
  );
}
