import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Command } from '../../../server/cli/command.js';
import { explain } from '../../../server/cli/explain.js';
import type { SiteUsers, UnacceptedPassword } from '../../../server/cli/site-users.js';
import { who } from '../../../server/cli/who.js';
import type { Finding } from '../../../src/config/problems.js';
import type { DirectoryUser } from '../../../src/django/directory.js';
import { Failure } from '../../../src/failure.js';
import { user } from '../../access/identities.js';
import { declaring, site, staticShare, svnShare, webdavShare } from '../../config/site.js';
import { commandOutcome } from './command-outcome.js';

const declaration = declaring([
  { ...staticShare, require: { staff: false } },
  {
    ...webdavShare,
    require: { staff: false, permission: 'docs.view' },
    write: { permission: 'docs.change' },
    rules: [
      { path: '/minutes', write: { groups: ['editors'] } },
      { path: '/closed', require: { superuser: true } },
    ],
  },
  svnShare,
]);

/** Users as a directory lists them, `size` at a time. */
class ListedUsers implements SiteUsers {
  closed = false;
  readonly #users: readonly DirectoryUser[];
  readonly #size: number;

  constructor(users: readonly DirectoryUser[], size = 2) {
    this.#users = users;
    this.#size = size;
  }

  find(username: string): Promise<DirectoryUser | undefined> {
    return Promise.resolve(this.#users.find((each) => each.username === username));
  }

  async *list(): AsyncIterable<readonly DirectoryUser[]> {
    for (let start = 0; start < this.#users.length; start += this.#size) {
      yield await Promise.resolve(this.#users.slice(start, start + this.#size));
    }
  }

  members(): Promise<never> {
    return Promise.reject(new Error('Nobody asks for members here.'));
  }

  unacceptedPassword(): UnacceptedPassword | undefined {
    return undefined;
  }

  unknownNames(): Promise<readonly Finding[]> {
    return Promise.resolve([]);
  }

  permissionSources() {
    return Promise.resolve({ own: new Set<string>(), groups: new Map<string, ReadonlySet<string>>() });
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

function listed(what: Parameters<typeof user>[0], isActive = true): DirectoryUser {
  return { ...user(what), isActive, encodedPassword: '!' };
}

const users = [
  listed({ username: 'zoe', permissions: ['docs.view', 'docs.change'] }),
  listed({ username: 'bob', permissions: ['docs.view'] }),
  listed({ username: 'dave', permissions: ['docs.view', 'docs.change'] }, false),
  listed({ username: 'writer', permissions: ['docs.change'] }),
  listed({ username: 'admin', isStaff: true, isSuperuser: true }),
  listed({ username: '\u001b[2Jeve' }),
  listed({ username: 'mia', permissions: ['docs.view', 'docs.change'], groups: ['editors'] }),
];

function answerTo(
  t: TestContext,
  command: Command,
  args: readonly string[],
  directory: SiteUsers = new ListedUsers(users),
) {
  const { file, load } = site(t);
  load(declaration);
  return commandOutcome([command], [command.name, ...args, file], () => directory);
}

/** A command's rows without their padding, and what follows the table. */
function rowsOf(out: string): { rows: string[]; rest: string } {
  const [table = '', rest = ''] = out.split('\n\n');
  return { rows: table.split('\n').map((row) => row.replace(/ +/g, ' ')), rest };
}

describe('who', () => {
  test('lists who may read and who may write, by name, without those who may neither', async (t) => {
    const { code, out, error } = await answerTo(t, who, ['https://example.org/docs/minutes']);
    assert.deepEqual({ code, error }, { code: 0, error: '' });
    assert.equal(
      out,
      'user   read  write\nadmin  yes   no\nbob    yes   no\nmia    yes   yes\nzoe    yes   no\n\n' +
        '4 users: 4 may read, 1 may write\n',
    );
  });

  test('says where other rules govern below', async (t) => {
    assert.deepEqual(rowsOf((await answerTo(t, who, ['/docs/'])).out), {
      rows: ['user read write', 'admin yes yes', 'bob yes no', 'mia yes yes', 'writer no yes', 'zoe yes yes'],
      rest: '5 users: 4 may read, 4 may write\nOther rules apply below: /docs/closed, /docs/minutes\n',
    });
  });

  test('shows names so that they cannot steer a terminal', async (t) => {
    const { rows, rest } = rowsOf((await answerTo(t, who, ['/media/a'])).out);
    assert.deepEqual(rows.slice(0, 3), ['user read write', '\\u001b[2Jeve yes no', 'admin yes no']);
    assert.equal(rest, '6 users: 6 may read, 0 may write\n');
  });

  test('the root is read by every active user', async (t) => {
    const { code, out } = await answerTo(t, who, ['/']);
    assert.equal(code, 0);
    assert.equal(rowsOf(out).rest, '6 users: 6 may read, 0 may write\n');
  });

  test('one user, and none', async (t) => {
    const one = await answerTo(t, who, ['/docs/closed/x']);
    assert.equal(rowsOf(one.out).rest, '1 user: 1 may read, 1 may write\n');
    const none = await answerTo(t, who, ['/svn/x'], new ListedUsers([]));
    assert.equal(none.out, 'user  read  write\n\n0 users: 0 may read, 0 may write\n');
  });

  test('a thousand users come in batches, and the directory is closed', async (t) => {
    const many = Array.from({ length: 1001 }, (_, index) => listed({ username: `u${index}` }));
    const directory = new ListedUsers(many, 100);
    const { out } = await answerTo(t, who, ['/media'], directory);
    assert.equal(rowsOf(out).rest, '1001 users: 1001 may read, 0 may write\n');
    assert.equal(directory.closed, true);
  });

  test('where there is no share there is nothing to tell', async (t) => {
    assert.deepEqual(await answerTo(t, who, ['/nowhere']), {
      code: 1,
      out: '',
      error: 'There is no share at /nowhere.\n',
    });
  });
});

describe('what cannot be told ends with 2 and a sentence', () => {
  class GoneUsers extends ListedUsers {
    override find(): Promise<undefined> {
      return Promise.reject(new Failure('unavailable', 'The user database cannot answer.'));
    }

    override list(): AsyncIterable<readonly DirectoryUser[]> {
      throw new Failure('unavailable', 'The user database cannot answer.');
    }
  }

  for (const [command, args] of [
    [who, ['/docs']],
    [explain, ['bob', 'GET', '/docs']],
  ] as const) {
    test(`${command.name}: a database that does not answer`, async (t) => {
      const directory = new GoneUsers(users);
      assert.deepEqual(await answerTo(t, command, args, directory), {
        code: 2,
        out: '',
        error: 'davgate: The user database cannot answer.\n',
      });
      assert.equal(directory.closed, true);
    });
  }

  test('a bad URL', async (t) => {
    assert.deepEqual(await answerTo(t, who, ['docs']), {
      code: 2,
      out: '',
      error:
        'davgate: "docs" is not a URL that davgate accepts: The request target must be an absolute path.\n' +
        'Run `davgate who --help` for help.\n',
    });
  });

  test('a declaration that has problems', async () => {
    const words = ['who', '/docs', 'no-such-file.json'];
    const { code, error } = await commandOutcome([who], words);
    assert.equal(code, 2);
    assert.equal(error, 'davgate: no-such-file.json has a problem:\n  The file does not exist.\n');
  });
});
