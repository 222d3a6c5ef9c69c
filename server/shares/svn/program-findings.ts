import { accessSync, constants } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Declaration } from '../../../src/config/declaration.js';
import type { SvnShare } from '../../../src/config/kinds/svn.js';
import { errorCode } from '../../../src/config/files.js';
import { finding, placeOf, type Finding } from '../../../src/config/problems.js';
import { findApache } from '../../../src/svn/apache/find-apache.js';
import type { Machine, Numbered } from '../share.js';

/** How long to wait for an answer from the administrator's Apache, in milliseconds. */
const patience = 3000;

/** Whether the programs that svn shares need are installed, and respond. */
export async function svnFindings(
  svn: readonly Numbered<SvnShare>[],
  { declaration: { apache }, environment: { path } }: Machine,
): Promise<Finding[]> {
  const managed = svn.filter(({ share }) => share.source.kind !== 'upstream');
  const findings = managed.length === 0 ? [] : await missingPrograms(managed, apache, path);
  for (const { share, index } of svn) findings.push(...(await silentUpstream(share, index)));
  return findings;
}

async function missingPrograms(
  managed: readonly Numbered<SvnShare>[],
  apache: Declaration['apache'],
  path: string,
): Promise<Finding[]> {
  const pathRules = managed.some(({ share }) => share.authz !== undefined);
  const program = await findApache(path, { ...apache, pathRules });
  const place = placesOf(managed);
  const findings = program.found
    ? []
    : [finding('warning', place, `Subversion will not be served: ${program.message}`)];
  if (isInPath('svnadmin', path)) return findings;
  const message =
    'svnadmin is not in PATH; davgate needs it to create, verify and back up repositories: install subversion';
  return [...findings, finding('warning', place, message)];
}

function placesOf(shares: readonly Numbered<SvnShare>[]): string {
  return shares.map(({ index }) => placeOf(['shares', index])).join(', ');
}

function isInPath(program: string, path: string): boolean {
  return path.split(':').some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

async function silentUpstream({ source }: SvnShare, index: number): Promise<Finding[]> {
  if (source.kind !== 'upstream') return [];
  const { protocol, hostname, port } = new URL(source.origin);
  const host = hostname.replace(/^\[|\]$/g, '');
  const reason = await refusalOf(host, Number(port) || (protocol === 'https:' ? 443 : 80));
  if (reason === undefined) return [];
  const message = `nobody answers at ${source.origin} (${reason}): start that Apache, or correct the origin; \`davgate apache-conf\` prints what it needs`;
  return [finding('warning', placeOf(['shares', index, 'upstream']), message)];
}

async function refusalOf(host: string, port: number): Promise<string | undefined> {
  const socket = new Socket();
  const over = new AbortController();
  const connected = new Promise<string | undefined>((resolve) => {
    socket.once('connect', () => resolve(undefined));
    socket.once('error', (error) => resolve(errorCode(error) ?? error.message));
  });
  const late = sleep(patience, `no answer within ${patience / 1000} s`, { signal: over.signal });
  socket.connect(port, host);
  try {
    return await Promise.race([connected, late]);
  } finally {
    over.abort();
    await late.catch(() => undefined);
    socket.destroy();
  }
}
