/** Who may import whom: the table in docs/decisions/0001-layout.md, held mechanically. */

/** A rule: files below src/`from` may import, of src/, only themselves and `targets`. */
const only = (from, targets) => ({
  name: `${from}-imports`,
  comment: `src/${from} may import only: ${targets.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${from}(/|\\.ts$)` },
  to: {
    path: '^(src|server|test)/',
    pathNot: [from, ...targets].map((target) => `^src/${target}(/|\\.ts$)`),
  },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('failure', []),
    only('async', ['failure']),
    only('xml', ['async', 'failure']),
    only('http', ['failure']),
    only('access', ['http', 'failure']),
    only('storage', ['http', 'async', 'failure']),
    only('django', ['access', 'failure']),
    only('credentials', ['access', 'failure', 'django/directory', 'django/hashers/hasher']),
    only('dav', ['storage', 'http', 'xml', 'async', 'failure']),
    only('static', ['storage', 'http', 'failure']),
    only('svn', ['access', 'http', 'xml', 'async', 'failure']),
    only('gatekeeper', ['access', 'http', 'failure']),
    only('state', [
      'async',
      'credentials/failure-counter',
      'credentials/limiter-counter',
      'dav/locks/lock-store',
      'dav/properties/limits',
      'dav/properties/property-store',
      'django/database-trouble',
      'django/postgresql-connection',
      'django/server-clock',
      'django/server-connections',
      'django/silent-log',
      'django/site',
      'failure',
      'http',
    ]),
    only('config', [
      'access',
      'http',
      'failure',
      'django/database-url',
      'django/explicit-site',
      'django/search-path',
      'django/site',
    ]),
    {
      name: 'server-is-a-leaf',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^server/' },
    },
    {
      name: 'koa-only-in-server',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: 'node_modules/(@types/)?koa(/|$)' },
    },
    {
      name: 'database-libraries-only-in-django-and-state',
      severity: 'error',
      from: { path: '^(src|server)/', pathNot: '^src/(django|state)/' },
      to: { path: 'node_modules/(knex|objection|pg|better-sqlite3|mysql2)(/|$)' },
    },
    {
      name: 'no-test-code-outside-tests',
      severity: 'error',
      from: { path: '^(src|server)/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'types'],
    },
    exclude: { path: '^(dist|repos-sample)/' },
  },
};
