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

/** The same for the rooms of server/. */
const rooms = (arrows) =>
  Object.entries(arrows).map(([from, targets]) => ({
    name: `server-${from}-imports`,
    comment: `server/${from} may import of server/ only: ${targets.join(', ') || 'nothing'}`,
    severity: 'error',
    from: { path: `^server/${from}(/|\\.ts$)` },
    to: {
      path: '^server/',
      pathNot: [from, ...targets].map((target) => `^server/${target}(/|\\.ts$)`),
    },
  }));

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('failure', []),
    only('async', ['failure']),
    only('xml', ['async', 'failure']),
    only('http', ['failure']),
    only('access', ['http', 'failure']),
    only('database', ['failure']),
    only('django', ['access', 'database', 'async', 'failure']),
    only('credentials', ['access', 'django', 'async', 'failure']),
    only('storage', ['http', 'async', 'failure']),
    only('static', ['storage', 'http', 'async', 'failure']),
    only('dav', ['static', 'storage', 'http', 'xml', 'async', 'failure']),
    only('svn', ['access', 'http', 'xml', 'async', 'failure']),
    only('state', ['credentials', 'dav', 'database', 'http', 'async', 'failure']),
    only('apache', ['config', 'failure']),
    only('config', ['access', 'database', 'django', 'http', 'failure']),
    ...rooms({
      cli: ['lifecycle', 'preflight', 'shares', 'observability', 'environment'],
      lifecycle: ['preflight', 'pipeline', 'shares', 'listener', 'observability', 'environment'],
      pipeline: ['shares', 'listener', 'pages', 'observability'],
      preflight: ['shares', 'listener', 'observability', 'environment'],
      shares: ['pages', 'observability', 'environment'],
      listener: ['pages', 'observability'],
      pages: [],
      observability: [],
      environment: [],
    }),
    {
      name: 'http-client-behind-one-interface',
      comment: 'Of the HTTP/1.1 client, the rest of the product may import only its interface',
      severity: 'error',
      from: { path: '^(src|server)/', pathNot: '^src/svn/http1/' },
      to: { path: '^src/svn/http1/', pathNot: '^src/svn/http1/client\\.ts$' },
    },
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
      name: 'database-libraries-only-below-them',
      severity: 'error',
      from: { path: '^(src|server)/', pathNot: '^src/(database|django|state)/' },
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
