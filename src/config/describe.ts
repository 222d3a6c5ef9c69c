import type { Rule } from '../access/policy.js';
import { inWords } from '../access/requirement.js';
import type { DatabaseLocation, TlsFiles } from '../django/site.js';
import type { Declaration, DjangoDeclaration, Share, SvnShare } from './declaration.js';

/** The effective rules in words, a paragraph for each share: what `davgate check` prints. */
export function describeDeclaration(declaration: Declaration): string {
  const head = [
    `Listens on ${urlOf(declaration.listen)}, realm "${declaration.realm}".`,
    `Users: ${describeDjango(declaration.django)} (Django, read only).`,
    `State: ${describeDatabase(declaration.state)}.`,
    ...(declaration.metrics ? [`Metrics: ${urlOf(declaration.metrics)}/metrics.`] : []),
  ].join('\n');
  return [head, ...declaration.shares.map(describeShare)].join('\n\n') + '\n';
}

function urlOf({ host, port }: Declaration['listen']): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function describeDjango(django: DjangoDeclaration): string {
  if (django.kind === 'project') return `as ${django.settings} in ${django.project} says`;
  return describeDatabase(django.site.database);
}

function describeDatabase(database: DatabaseLocation<TlsFiles>): string {
  if (database.kind === 'sqlite') return database.file;
  const { socket, host, database: name } = database.server;
  return `the ${database.kind} database ${name} at ${socket ?? host}`;
}

/** One share in words. */
export function describeShare(share: Share): string {
  return [
    `${share.path}  ${describeKind(share)}`,
    ...[...share.policy.rules].reverse().flatMap((rule) => describeRule(share, rule)),
  ].join('\n');
}

function describeKind(share: Share): string {
  switch (share.kind) {
    case 'static':
      return `static files from ${share.root}`;
    case 'svn':
      return describeSvn(share);
    case 'webdav':
      return share.storage.kind === 'folder'
        ? `WebDAV on ${share.storage.root}`
        : `WebDAV on the module ${share.storage.module}`;
  }
}

function describeSvn({ source, authz, autoversioning = false }: SvnShare): string {
  const paths =
    (authz === undefined ? '' : `, with path rules of ${authz}`) +
    (autoversioning ? ', where each change by a WebDAV client is a commit' : '');
  switch (source.kind) {
    case 'repositories':
      return `Subversion repositories in ${source.folder}${paths}`;
    case 'repository':
      return `the Subversion repository ${source.folder}${paths}`;
    case 'upstream':
      return `Subversion by the Apache at ${source.origin}${paths}`;
  }
}

function describeRule(share: Share, rule: Rule): string[] {
  const where = rule.path === '/' ? '' : `${share.path}${rule.path}  `;
  return [`  ${where}read:  ${inWords(rule.read)}`, `  ${where}write: ${whoWrites(rule)}`];
}

/** Who may write under a rule, in words. */
export function whoWrites(rule: Rule): string {
  return rule.write === false ? 'nobody' : inWords(rule.write);
}
