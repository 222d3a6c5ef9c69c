import { Failure } from '../failure.js';
import type { ApacheModule } from './find-apache.js';

/** The header field that proves to Apache that a request comes from this server. */
export const secretHeader = 'X-Davgate-Secret';

/** Environment variables of the child: the secret never lies on disk. */
export const secretVariable = 'DAVGATE_UPSTREAM_SECRET';
export const proofVariable = 'DAVGATE_UPSTREAM_PROOF';

/** Where the child answers 403 with its proof as the body, to anybody: it shows who listens on the port. */
export const proofPath = '/.davgate-proof';

/** Requests that the child works on at once. Idle connections are only kept as long as there are spare workers. */
export const workers = 128;

/** One svn share as Apache sees it. */
export interface SvnLocation {
  /** The share's path, decoded, as in the declaration. */
  readonly path: string;
  /** Absolute path of the folder that holds the repositories, as the child can reach it. */
  readonly parentPath: string;
  /** Whether everybody who may reach the share may see the names of its repositories. Default: yes. */
  readonly listed?: boolean;
}

export interface ApacheSettings {
  /** Loopback TCP port. */
  readonly port: number;
  /** Absolute path of a private folder for the process id and lock files. */
  readonly runtimeFolder: string;
  readonly modules: readonly ApacheModule[];
  readonly locations: readonly SvnLocation[];
}

/**
 * The child's whole configuration. Limits on sizes and times stand at the proxy in front, so Apache's own are far off;
 * SVNPathAuthz is off because rights are decided in front too, which saves a subrequest for every path of a report.
 * Bulk updates are preferred: one answer instead of two requests a file.
 * @throws Failure `internal` for a path that a configuration file cannot carry
 * @see https://httpd.apache.org/docs/2.4/mod/directives.html
 * @see https://svnbook.red-bean.com/en/1.8/svn.ref.mod_dav_svn.conf.html
 */
export function apacheConfig(settings: ApacheSettings): string {
  const runtime = quoted(settings.runtimeFolder);
  return [
    ...settings.modules.map(({ identifier, file }) => `LoadModule ${identifier} ${quoted(file)}`),
    `ServerRoot ${runtime}`,
    `DefaultRuntimeDir ${runtime}`,
    `PidFile ${quoted(`${settings.runtimeFolder}/httpd.pid`)}`,
    `Mutex ${quoted(`file:${settings.runtimeFolder}`)} default`,
    `Listen 127.0.0.1:${settings.port}`,
    'ServerName 127.0.0.1',
    'ErrorLog "|/bin/cat"',
    'ErrorLogFormat "[%m:%l] %M"',
    'LogLevel warn',
    ...processes,
    ...limits,
    ...subversion,
    `DocumentRoot ${runtime}`,
    '<Location "/">',
    '  Require all denied',
    '</Location>',
    ...settings.locations.flatMap(location),
    `<Location "${proofPath}">`,
    '  LogLevel crit',
    '  Require all denied',
    `  ErrorDocument 403 "\${${proofVariable}}"`,
    '</Location>',
    '',
  ].join('\n');
}

// Spare threads are never reaped, because a process that ends closes idle connections under the proxy's feet.
const processes = [
  'ServerLimit 2',
  'StartServers 2',
  `ThreadsPerChild ${workers / 2}`,
  `ThreadLimit ${workers / 2}`,
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
  'LimitXMLRequestBody 134217728',
  'LimitRequestLine 65536',
  'LimitRequestFieldSize 1048576',
  'LimitRequestFields 1000',
  'TraceEnable Off',
  'ServerSignature Off',
];

const subversion = ['SVNInMemoryCacheSize 65536', 'SVNUseUTF8 On'];

function location({ path, parentPath, listed = true }: SvnLocation): string[] {
  if (/[*?[\]]/.test(path)) refuse(path);
  return [
    `<Location ${quoted(path)}>`,
    '  DAV svn',
    `  SVNParentPath ${quoted(parentPath)}`,
    `  SVNListParentPath ${listed ? 'On' : 'Off'}`,
    '  SVNPathAuthz Off',
    '  SVNAllowBulkUpdates Prefer',
    '  SVNCacheTextDeltas On',
    '  SVNCacheFullTexts On',
    '  AuthType Basic',
    '  AuthName "davgate"',
    '  AuthBasicProvider anon',
    '  Anonymous "*"',
    '  Anonymous_MustGiveEmail Off',
    '  Anonymous_LogEmail Off',
    '  AuthzSendForbiddenOnFailure On',
    '  <RequireAll>',
    `    Require expr %{HTTP:${secretHeader}} == '\${${secretVariable}}'`,
    '    Require valid-user',
    '  </RequireAll>',
    '</Location>',
  ];
}

/** A quoted argument. Controls end lines, and `${` would be replaced by a variable even within quotes. */
function quoted(text: string): string {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]|\$\{/.test(text)) refuse(text);
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

function refuse(text: string): never {
  throw new Failure('internal', `Apache's configuration cannot carry the path ${JSON.stringify(text)}.`);
}
