import { Failure } from '../../failure.js';

/** What an Apache needs that asks davgate. */
interface ApacheGuard {
  /** Where it asks. */
  readonly host: string;
  readonly port: number;
  readonly realm: string;
  /** Undefined: Apache's environment has it. */
  readonly secret: string | undefined;
  /** The paths of the guards, decoded. */
  readonly paths: readonly string[];
  /** Those of them in which everybody may read something. */
  readonly publicPaths: ReadonlySet<string>;
}

/** The variable that Apache sends to show that it may ask. */
export const secretVariable = 'DAVGATE_GUARD_SECRET';

const asking =
  'AuthnzFcgiCheckAuthnProvider davgate Authoritative On RequireBasicAuth Off UserExpr "%{reqenv:DAVGATE_USER}"';

/** What Apache calls somebody without a name, where everybody may read. No user can sign in by such a name. */
export const nobody = ':anonymous';

const identities = ['User', 'Groups', 'Name', 'Email'];

/**
 * The configuration in docs/guard.md, for these guards.
 * @see https://httpd.apache.org/docs/2.4/mod/mod_authnz_fcgi.html
 * @throws Failure `unprocessable` for a path or a realm that means something else to Apache
 */
export function apacheGuardConfig({ host, port, realm, secret, paths, publicPaths }: ApacheGuard): string {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return [
    '# Modules that must be loaded: authn_core, authz_core, authz_user, auth_basic, authnz_fcgi, setenvif, headers.',
    ...(secret === undefined
      ? [`# Apache's environment must hold ${secretVariable}, the text of "guard.fastcgi.secretFile".`]
      : []),
    `AuthnzFcgiDefineProvider authn davgate fcgi://${address}/`,
    ...['-', '_'].flatMap((mark) =>
      identities.map((name) => `RequestHeader unset Remote${mark}${name} early`),
    ),
    ...paths.flatMap((path) => [
      `<Location ${quoted(path)}>`,
      `  SetEnvIf Request_URI "^" "${secretVariable}=${secret ?? `\${${secretVariable}}`}"`,
      '  AuthType Basic',
      `  AuthName ${quoted(realm)}`,
      `  ${asking}${publicPaths.has(path) ? ` DefaultUser "${nobody}"` : ''}`,
      '  Require valid-user',
      '</Location>',
    ]),
    '',
  ].join('\n');
}

/** Location knows wildcards, and a variable would be replaced even within quotes; controls end lines. */
function quoted(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  if (/[\x00-\x1f\x7f*?[\]]|[$%]\{/.test(text)) {
    throw new Failure('unprocessable', `Apache's configuration cannot carry ${JSON.stringify(text)} here.`);
  }
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
