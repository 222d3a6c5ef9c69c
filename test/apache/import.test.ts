import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imported, linesIn, oldLocation, sharesIn, wsgiLocation } from './reading.js';

const option = (name: string, value: string): string => `PythonOption ${name} ${value}`;
const anyUser = 'Require valid-user';
const groups = 'WSGIAuthGroupScript /srv/mysite/mysite/wsgi.py';
const only = (...names: readonly string[]) => ({ staff: false, groups: names });
const left = (line: number) => only(`left from httpd.conf:${line}`);

/** A configuration, its shares, and the lines that are named; all but the missing project. */
type Case = readonly [what: string, text: string, shares: readonly unknown[], left?: readonly string[]];

const cases: readonly Case[] = [
  [
    'the old handler as Django documents it: staff alone',
    oldLocation('/example/', anyUser),
    [{ path: '/example', kind: 'guard', require: { staff: true } }],
  ],
  [
    'superusers, in any case of the directives',
    oldLocation('/example', option('DjangoRequireSuperuserStatus', 'Yes'), anyUser)
      .replaceAll('PythonOption', 'PYTHONOPTION')
      .replace('<Location', '<LOCATION'),
    [{ path: '/example', kind: 'guard', require: { staff: true, superuser: true } }],
  ],
  [
    'a permission, on continued lines',
    oldLocation(
      '/example',
      'PythonOption \\',
      '  DjangoRequireStaffStatus "off"',
      option('DjangoPermissionName', "'docs.view_document'"),
      anyUser,
    ),
    [{ path: '/example', kind: 'guard', require: { staff: false, permission: 'docs.view_document' } }],
  ],
  [
    'a staff option that the old handler took for off',
    oldLocation('/example', option('DjangoRequireStaffStatus', 'maybe'), anyUser),
    [{ path: '/example', kind: 'guard', require: { staff: false } }],
  ],
  [
    'a permission that Django cannot have',
    oldLocation('/example', option('DjangoPermissionName', 'editors'), anyUser),
    [{ path: '/example', kind: 'guard', require: left(1), write: false }],
    ['1: "editors" is no permission'],
  ],
  [
    'mod_wsgi as Django documents it',
    wsgiLocation('/secret', anyUser),
    [{ path: '/secret', kind: 'guard', require: { staff: false } }],
  ],
  [
    'mod_wsgi with groups as Django documents it: the group is kept',
    wsgiLocation('/secret', groups, 'Require group secret-agents', anyUser),
    [{ path: '/secret', kind: 'guard', require: only('secret-agents') }],
    ['8: Apache lets every user in here, also those outside secret-agents; now only members'],
  ],
  [
    'any of several groups',
    wsgiLocation('/secret', groups, 'Require wsgi-group editors "Big Board"', 'Require group staff'),
    [{ path: '/secret', kind: 'guard', require: only('editors', 'Big Board', 'staff') }],
  ],
  [
    'all of several groups, which cannot be said',
    wsgiLocation('/s', groups, '<RequireAll>', 'Require group a', 'Require group b', '</RequireAll>'),
    [{ path: '/s', kind: 'guard', require: left(1), write: false }],
    ['7: several groups at once cannot be declared'],
  ],
  [
    'a group and a user at once, where the handler is the old one',
    oldLocation('/example', 'Require group editors'),
    [{ path: '/example', kind: 'guard', require: left(1), write: false }],
    ["6: Require group names groups that are not Django's"],
  ],
  [
    'groups that no script computes',
    wsgiLocation('/secret', 'Require wsgi-group editors'),
    [{ path: '/secret', kind: 'guard', require: left(1), write: false }],
    ["6: Require wsgi-group names groups that are not Django's"],
  ],
  [
    'single users',
    oldLocation('/example', 'Require user alice bob'),
    [{ path: '/example', kind: 'guard', require: left(1), write: false }],
    ['6: Require user cannot be declared: make a group of these users'],
  ],
  [
    'addresses besides users',
    oldLocation('/example', '<RequireAll>', 'Require ip 10.0.0.0/8', anyUser, '</RequireAll>'),
    [{ path: '/example', kind: 'guard', require: left(1), write: false }],
    ['7: Require ip cannot be declared'],
  ],
  [
    'a script that checks passwords itself',
    wsgiLocation('/secret', anyUser).replace('/srv/mysite/mysite/wsgi.py', '/srv/own.py'),
    [{ path: '/secret', kind: 'guard', require: left(1), write: false }],
    [
      '5: /srv/own.py does not take its functions from Django, or cannot be read',
      '1: no DJANGO_SETTINGS_MODULE was found: use --settings',
    ],
  ],
  [
    'a further check by a handler',
    oldLocation('/example', 'PythonAuthzHandler mysite.rights', anyUser),
    [{ path: '/example', kind: 'guard', require: left(1), write: false }],
    ['6: pythonauthzhandler mysite.rights is left out'],
  ],
  [
    'repositories that all users read and a group writes',
    wsgiLocation(
      '/svn',
      ...['DAV svn', 'SVNParentPath /srv/svn/', 'AuthzSVNAccessFile "/etc/svn authz"', groups],
      ...['<Limit GET PROPFIND OPTIONS REPORT>', anyUser, '</Limit>'],
      ...['<LimitExcept GET PROPFIND OPTIONS REPORT>', 'Require group editors', '</LimitExcept>'],
    ),
    [
      {
        path: '/svn',
        kind: 'svn',
        repositories: '/srv/svn',
        authz: '/etc/svn authz',
        require: { staff: false, groups: null },
        write: only('editors'),
      },
    ],
  ],
  [
    'a repository that everybody reads without a name',
    oldLocation(
      '/svn',
      ...['Dav SVN', 'SVNPath /srv/svn/one', 'SVNAutoversioning On'],
      ...['<LimitExcept GET PROPFIND OPTIONS REPORT>', anyUser, '</LimitExcept>'],
    ),
    [
      {
        path: '/svn',
        kind: 'svn',
        repository: '/srv/svn/one',
        autoversioning: true,
        require: { staff: true },
      },
    ],
    ['1: Apache lets everybody in here without a name; now only users'],
  ],
  [
    'one repository of several, and a path inside it, which closes all',
    [
      oldLocation('/svn', 'DAV svn', 'SVNParentPath /srv/svn', anyUser),
      '<Location /svn/one>\nPythonOption DjangoRequireSuperuserStatus on\n</Location>',
      '<Location /svn/one/trunk>\nRequire all denied\n</Location>',
    ].join('\n'),
    [{ path: '/svn', kind: 'svn', repositories: '/srv/svn', require: left(13), write: false }],
    ['13: a rule of its own for /svn/one/trunk cannot be declared: its share is closed'],
  ],
  [
    'mod_dav in an alias that nobody writes, with rules inside',
    [
      'Alias /dav/ "/srv/dav/"',
      oldLocation(
        '/dav/',
        ...['Dav On', anyUser, '<LimitExcept GET HEAD OPTIONS PROPFIND>'],
        ...['Require all denied', '</LimitExcept>'],
      ),
      '<Directory /srv/dav/board>\nPythonOption DjangoRequireSuperuserStatus on\n</Directory>',
    ].join('\n'),
    [
      {
        path: '/dav',
        kind: 'webdav',
        root: '/srv/dav',
        hide: ['.ht*'],
        require: { staff: true, superuser: false },
        rules: [{ path: '/board', require: { staff: true, superuser: true } }],
      },
    ],
  ],
  [
    'a folder of the server, by its Directory, with a closed place',
    [
      'DocumentRoot /srv/www',
      oldLocation('/srv/www/media', anyUser, '<Files "*.key">', 'Require all denied', '</Files>').replaceAll(
        'Location',
        'Directory',
      ),
      '<Location /media/private>\nOrder deny,allow\nDeny from all\n</Location>',
    ].join('\n'),
    [
      {
        path: '/media',
        kind: 'static',
        root: '/srv/www/media',
        hide: ['.ht*', '*.key'],
        require: { staff: true, groups: null },
        rules: [{ path: '/private', require: left(12) }],
      },
    ],
  ],
  [
    'a folder in which Apache runs programs, or which it rewrites',
    `DocumentRoot /srv/www\nAddHandler cgi-script .cgi\n${oldLocation('/media', anyUser)}`,
    [{ path: '/media', kind: 'guard', require: { staff: true } }],
  ],
  [
    'a pattern that closes places in a folder: Apache must go on serving it',
    `DocumentRoot /srv/www\n<LocationMatch "\\.git">\nRequire all denied\n</LocationMatch>\n${oldLocation('/media', anyUser)}`,
    [{ path: '/media', kind: 'guard', require: { staff: true } }],
    ['2: <locationmatch \\.git> cannot be declared'],
  ],
  [
    'what another provider decides, inside and outside a share',
    [
      oldLocation('/files', anyUser),
      '<Location /files/other>\nPythonAuthenHandler mysite.auth\n</Location>',
      '<Location /else>\nAuthType Basic\nAuthBasicProvider file\nRequire valid-user\n</Location>',
    ].join('\n'),
    [
      {
        path: '/files',
        kind: 'guard',
        require: { staff: true, groups: null },
        write: { staff: true, groups: null },
        rules: [{ path: '/other', require: left(8), write: false }],
      },
    ],
    [
      '9: not Django, but something else decides here who may',
      '13: not Django, but something else decides here who may',
    ],
  ],
  [
    'the whole server, and a place in it',
    `${oldLocation('/', anyUser)}\n<Location /a>\nRequire valid-user\n</Location>`,
    [{ path: '/a', kind: 'guard', require: { staff: true } }],
    ['1: no share can lie at /: declare the paths below it'],
  ],
  [
    'a directive of which nothing is known',
    oldLocation('/example', 'SSLRequireSSL', anyUser),
    [{ path: '/example', kind: 'guard', require: { staff: true } }],
    ['6: sslrequiressl is left out'],
  ],
];

describe('import-apache translates', () => {
  for (const [what, text, shares, notes = []] of cases) {
    it(what, () => {
      const result = imported(text, undefined, { project: '/srv/mysite' });
      assert.deepEqual([sharesIn(result), linesIn(result)], [shares, notes]);
    });
  }
});

describe('import-apache closes', () => {
  const checks: readonly (readonly string[])[] = [
    ['PythonAccessHandler a.b'],
    ['WSGIAccessScript /srv/access.py'],
    ['AuthMerging And'],
    ['SSLVerifyClient require'],
    ['SSLRequire %{SSL_CLIENT_S_DN_O} eq "A"'],
    ['AuthzSVNReposRelativeAccessFile authz'],
    ['<If "%{HTTP_HOST} == \'a\'">', 'Require all denied', '</If>'],
    ['<FilesMatch "\\.key$">', 'Require group editors', '</FilesMatch>'],
  ];
  for (const lines of checks) {
    it(`what ${lines[0] ?? ''} keeps from some`, () => {
      for (const source of [[], ['DAV svn', 'SVNPath /srv/svn/one']]) {
        const text = oldLocation('/a', ...source, ...lines, anyUser);
        const [share] = [sharesIn(imported(text, undefined, { project: '/p' }))].flat();
        assert.ok(typeof share === 'object' && share !== null && 'require' in share && 'write' in share);
        assert.deepEqual([share.require, share.write], [left(1), false]);
      }
    });
  }

  it('nothing for the module that holds a rule', () => {
    const limit = [
      '<LimitExcept GET>',
      '<IfModule a>',
      'Require group editors',
      '</IfModule>',
      '</LimitExcept>',
    ];
    const reading = ['<Limit GET>', anyUser, '</Limit>'];
    const result = imported(wsgiLocation('/a', groups, ...reading, ...limit));
    assert.deepEqual(sharesIn(result), [
      { path: '/a', kind: 'guard', require: { staff: false, groups: null }, write: only('editors') },
    ]);
  });
});
