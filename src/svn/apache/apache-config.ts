import { Failure } from '../../failure.js';
import { mostOfAny } from '../bodies/limits.js';
import type { ApacheModule } from './find-apache.js';
import type { UpstreamAddress } from '../upstream-address.js';

/** The header field that proves to Apache that a request comes from this server. */
export const secretHeader = 'X-Davgate-Secret';

/** Environment variables of the child: the secret is never stored on disk. */
export const secretVariable = 'DAVGATE_UPSTREAM_SECRET';
export const proofVariable = 'DAVGATE_UPSTREAM_PROOF';

/**
 * The path at which the child answers 403 with its proof as the body, to everyone: this shows who listens on the port.
 */
export const proofPath = '/.davgate-proof';

/** Requests that the child processes at the same time. Idle connections are kept only while there are spare workers. */
export const workers = 128;

/**
 * A process that crashes, because of a fault in mod_dav_svn, interrupts the requests of its own threads. Each process
 * has its own svn caches: with 8 processes a checkout took a fifth longer.
 */
const processCount = 4;

export type SvnLocation = {
  /** The share's path, decoded, as in the declaration. */
  readonly path: string;
  /** The name of the file with the path rules in the runtime folder. */
  readonly authzFile?: string | undefined;
  /** Whether each change by a WebDAV client without Subversion is a commit of its own. Default: no. */
  readonly autoversioning?: boolean;
  /** Whether people without a name may read. Default: no. */
  readonly publicReading?: boolean;
} & SvnFolder;

/** An absolute path that Apache can reach: of a folder that contains repositories, or of a repository itself. */
export type SvnFolder = { readonly parentPath: string } | { readonly repositoryPath: string };

export interface ApacheSettings {
  /** Loopback TCP port. */
  readonly port: number;
  /** Absolute path of a private folder for the process id and lock files. */
  readonly runtimeFolder: string;
  readonly modules: readonly ApacheModule[];
  readonly locations: readonly SvnLocation[];
  /** Absolute path of a list of media types (mime.types(5)), if there is one. */
  readonly mediaTypes?: string | undefined;
}

/**
 * The child's whole configuration. The proxy in front enforces limits on sizes and times, so Apache's own are far
 * higher. SVNPathAuthz is off if all rights are checked in front, which saves a subrequest for every path of a report;
 * path rules are checked directly (`short_circuit`), which saves it too. Bulk updates are preferred: one answer
 * instead of two requests per file.
 * @throws Failure `internal` for a path that a configuration file cannot contain
 * @see https://httpd.apache.org/docs/2.4/mod/directives.html
 * @see https://svnbook.red-bean.com/en/1.8/svn.ref.mod_dav_svn.conf.html
 */
export function apacheConfig(settings: ApacheSettings): string {
  const runtime = quoted(settings.runtimeFolder);
  return [
    ...loaded(settings).map(({ identifier, file }) => `LoadModule ${identifier} ${quoted(file)}`),
    `ServerRoot ${runtime}`,
    `DefaultRuntimeDir ${runtime}`,
    `PidFile ${quoted(`${settings.runtimeFolder}/httpd.pid`)}`,
    `Mutex ${quoted(`file:${settings.runtimeFolder}`)} default`,
    `Listen 127.0.0.1:${settings.port}`,
    'ServerName 127.0.0.1',
    'ErrorLog "|/bin/cat"',
    'ErrorLogFormat "[%m:%l] %M"',
    'LogLevel warn',
    'ServerTokens Prod',
    ...processes,
    ...limits,
    ...subversion,
    ...mediaTypes(settings),
    `DocumentRoot ${runtime}`,
    '<Location "/">',
    '  Require all denied',
    '</Location>',
    ...settings.locations.flatMap((location) =>
      locationLines({
        ...location,
        authzFile: location.authzFile && `${settings.runtimeFolder}/${location.authzFile}`,
      }),
    ),
    `<Location "${proofPath}">`,
    '  LogLevel crit',
    '  Require all denied',
    `  ErrorDocument 403 "\${${proofVariable}}"`,
    '</Location>',
    '',
  ].join('\n');
}

// Spare threads are never reaped, because a process that ends would close idle connections while the proxy uses them.
const processes = [
  `ServerLimit ${processCount}`,
  `StartServers ${processCount}`,
  `ThreadsPerChild ${workers / processCount}`,
  `ThreadLimit ${workers / processCount}`,
  `MaxRequestWorkers ${workers}`,
  'MinSpareThreads 1',
  `MaxSpareThreads ${workers}`,
  'MaxConnectionsPerChild 0',
];

const limits = [
  'KeepAlive On',
  'MaxKeepAliveRequests 0',
  'KeepAliveTimeout 900',
  'Timeout 7200',
  'LimitRequestBody 0',
  `LimitXMLRequestBody ${mostOfAny}`,
  'LimitRequestLine 65536',
  'LimitRequestFieldSize 1048576',
  'LimitRequestFields 1000',
  'TraceEnable Off',
  'ServerSignature Off',
];

const mimeModule = 'mime_module';

const subversion = ['SVNInMemoryCacheSize 65536', 'SVNUseUTF8 On'];

/**
 * mod_mime is only for clients that do not name a type themselves; elsewhere it would change what a browser is told.
 */
function loaded({ modules, locations }: ApacheSettings): readonly ApacheModule[] {
  return isAutoversioning(locations)
    ? modules
    : modules.filter(({ identifier }) => identifier !== mimeModule);
}

function mediaTypes({ locations, mediaTypes: file = '/dev/null' }: ApacheSettings): string[] {
  return isAutoversioning(locations) ? [`TypesConfig ${quoted(file)}`] : [];
}

function isAutoversioning(locations: readonly SvnLocation[]): boolean {
  return locations.some(({ autoversioning = false }) => autoversioning);
}

/** The settings of a location's section; `authzFile` is absolute. */
type LocationSettings = SvnLocation & {
  /** Whether the variable of the secret may be missing: Apache would then compare with the variable's own name. */
  readonly unsure?: boolean;
};

/** Only if it names no user: Apache would let a user in as nobody too. mod_authz_svn judges nobody as `$anonymous`. */
const unnamedReading =
  "Require expr -z req_novary('Authorization') && %{REQUEST_METHOD} in {'GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT'}";

/** The `<Location>` of a share. A client that sends the secret acts as the user that it names. */
function locationLines(settings: LocationSettings): string[] {
  const { path, authzFile, autoversioning = false, publicReading = false, unsure = false } = settings;
  if (/[*?[\]]/.test(path)) refuse(path);
  return [
    `<Location ${quoted(path)}>`,
    '  DAV svn',
    ...('parentPath' in settings
      ? [`  SVNParentPath ${quoted(settings.parentPath)}`, '  SVNListParentPath Off']
      : [`  SVNPath ${quoted(settings.repositoryPath)}`]),
    ...(authzFile === undefined
      ? ['  SVNPathAuthz Off']
      : ['  SVNPathAuthz short_circuit', `  AuthzSVNAccessFile ${quoted(authzFile)}`]),
    ...(autoversioning ? ['  SVNAutoversioning On', '  ModMimeUsePathInfo On'] : []),
    '  SVNAllowBulkUpdates Prefer',
    '  SVNCacheTextDeltas On',
    '  SVNCacheFullTexts On',
    '  SVNCacheRevProps On',
    '  AuthType Basic',
    '  AuthName "davgate"',
    '  AuthBasicProvider anon',
    '  Anonymous "*"',
    '  Anonymous_MustGiveEmail Off',
    '  Anonymous_LogEmail Off',
    '  AuthzSendForbiddenOnFailure On',
    '  <RequireAll>',
    `    Require expr %{HTTP:${secretHeader}} == '\${${secretVariable}}'`,
    ...(unsure ? [`    Require expr '\${${secretVariable}}' =~ m#^[A-Za-z0-9._~+/=-]{32,}$#`] : []),
    ...(publicReading
      ? ['    <RequireAny>', '      Require valid-user', `      ${unnamedReading}`, '    </RequireAny>']
      : ['    Require valid-user']),
    '  </RequireAll>',
    '</Location>',
  ];
}

/** A share served by an Apache that davgate does not start. */
interface ExternalApache {
  /** The share's path, decoded, as in the declaration. */
  readonly path: string;
  /** Where it listens for connections from davgate. */
  readonly address: Pick<UpstreamAddress, 'host' | 'port' | 'scheme'>;
  /** Undefined: Apache's environment contains it. */
  readonly secret: string | undefined;
  /** Absolute path of the folder of repositories, on the machine that it runs on. */
  readonly parentPath: string;
  /** Absolute path of the file with the path rules, if there are any. */
  readonly authzFile: string | undefined;
  readonly autoversioning: boolean;
  readonly publicReading: boolean;
}

/**
 * What such an Apache needs, beside a `Listen` and its usual modules. It must accept connections from davgate only; it
 * requires the secret from every client that names a user.
 * @see https://httpd.apache.org/docs/2.4/mod/directives.html
 */
export function externalConfig(external: ExternalApache): string {
  const { path, address, secret, parentPath, authzFile, autoversioning, publicReading } = external;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  const modules = [
    ...['authn_core', 'authz_core', 'auth_basic', 'authn_anon', 'authz_user', 'dav', 'dav_svn'],
    ...(authzFile === undefined ? [] : ['authz_svn']),
    ...(autoversioning ? ['mime'] : []),
  ];
  return [
    `# davgate connects to this Apache at ${address.scheme}://${host}:${address.port}; it must accept connections from davgate only.`,
    `# Modules that must be loaded: ${modules.join(', ')}.`,
    secret === undefined
      ? `# Apache's environment must contain ${secretVariable}, set to the text in "upstreamSecretFile".`
      : `Define ${secretVariable} ${quoted(secret)}`,
    ...subversion,
    `<VirtualHost *:${address.port}>`,
    `  ServerName ${address.scheme}://${host}:${address.port}`,
    ...limits.map((line) => `  ${line}`),
    ...locationLines({ path, parentPath, authzFile, autoversioning, publicReading, unsure: true }).map(
      (line) => `  ${line}`,
    ),
    '</VirtualHost>',
    '',
  ].join('\n');
}

/** A quoted argument. Control characters end lines, and Apache expands `${` even within quotes. */
export function quoted(text: string): string {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]|\$\{/.test(text)) refuse(text);
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

function refuse(text: string): never {
  throw new Failure('internal', `Apache's configuration cannot contain the path ${JSON.stringify(text)}.`);
}
