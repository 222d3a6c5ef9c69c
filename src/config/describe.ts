import type { Rule } from '../access/policy.js';
import { inWords, readersInWords } from '../access/requirement.js';
import type { DatabaseLocation, TlsFiles } from '../database/location.js';
import type { Declaration, DjangoDeclaration } from './declaration.js';
import { diskInWords } from './kinds/disk.js';
import type { CommonShare } from './kinds/share.js';

/** The effective rules in words, a paragraph for each share: what `davgate check` prints. */
export function describeDeclaration(declaration: Declaration): string {
  const head = [
    `Listens on ${urlOf(declaration.listen)}, realm "${declaration.realm}".`,
    `Users: ${describeDjango(declaration.django)} (Django, read only).`,
    ...describeAsked(declaration.django),
    `State: ${describeDatabase(declaration.state)}.`,
    ...(declaration.workers === undefined ? [] : [`Workers: ${declaration.workers}.`]),
    ...guardInWords(declaration.guard),
    ...(declaration.metrics ? [`Metrics: ${urlOf(declaration.metrics)}/metrics.`] : []),
  ].join('\n');
  return [head, ...declaration.shares.map(describeShare)].join('\n\n') + '\n';
}

function urlOf({ host, port }: Declaration['listen']): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function guardInWords(guard: Declaration['guard']): string[] {
  const { http, fastcgi, proxies = [] } = guard ?? {};
  return [
    ...(http ? [`Guard: ${urlOf(http)}, asked by ${proxies.join(', ')}.`] : []),
    ...(fastcgi ? [`Guard for Apache: ${urlOf(fastcgi).replace('http:', 'fcgi:')}.`] : []),
  ];
}

function describeDjango(django: DjangoDeclaration): string {
  if (django.kind === 'project') return `those of ${django.settings} in ${django.project}`;
  return describeDatabase(django.site.database);
}

/** What of it the site's own code is asked. */
function describeAsked(django: DjangoDeclaration): string[] {
  if (django.kind === 'site') return [];
  const { signInBySite, permissionsBySite } = django;
  return [
    ...(signInBySite
      ? [`Passwords: by the site\u2019s own sign-in, asked again after ${signInBySite.seconds} s.`]
      : []),
    ...(permissionsBySite
      ? [`Permissions: by the site\u2019s own has_perm, asked again after ${permissionsBySite.seconds} s.`]
      : []),
  ];
}

function describeDatabase(database: DatabaseLocation<TlsFiles>): string {
  if (database.kind === 'sqlite') return database.file;
  const { socket, host, database: name } = database.server;
  return `the ${database.kind} database ${name} at ${socket ?? host}`;
}

function describeShare(share: CommonShare): string {
  return [
    `${share.path}  ${share.words}`,
    ...(share.disk ? [`  metadata: ${diskInWords(share.disk)}`] : []),
    ...[...share.policy.rules].reverse().flatMap((rule) => describeRule(share, rule)),
  ].join('\n');
}

function describeRule(share: CommonShare, rule: Rule): string[] {
  const where = rule.path === '/' ? '' : `${share.path}${rule.path}  `;
  return [`  ${where}read:  ${readersInWords(rule.read)}`, `  ${where}write: ${whoWrites(rule)}`];
}

/** Who may write under a rule, in words. */
export function whoWrites(rule: Rule): string {
  return rule.write === false ? 'nobody' : inWords(rule.write);
}
