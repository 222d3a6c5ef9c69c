import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { login, projectFolder, sampleDavgate } from '../../clients/helpers/davgate.js';
import { curl, outcomeOf } from '../../clients/helpers/programs.js';

type Request = readonly [method: string, path: string, destination?: string];

const requests: readonly Request[] = [
  ['GET', '/media/'],
  ['GET', '/nowhere/x'],
  ['COPY', '/docs/boats.csv', '/elsewhere'],
  ['PUT', '/docs/new%20%C3%9C.txt'],
  ['COPY', '/docs/Minutes', '/scratch/minutes'],
  ['GET', '/staff/closing-round.txt'],
  ['PROPFIND', '/docs/'],
  ['MOVE', '/docs/nothing', '/docs/Minutes/nothing'],
  ['GET', '/svn/sample/'],
  ['POST', '/media/visitor-guide.pdf'],
  ['DELETE', '/docs/Minutes/nothing'],
  ['COPY', '/docs/boats.csv', '/media/boats.csv'],
  ['COPY', '/docs/boats.csv', '/svn/sample/boats.csv'],
  ['REPORT', '/scratch/'],
  ['MKACTIVITY', '/svn/sample/!svn/act/1'],
  ['PUT', '/'],
  ['OPTIONS', '/'],
];

// A process for each question takes its time: only alice asks them all.
const asked: Readonly<Record<string, readonly Request[]>> = {
  alice: requests,
  admin: requests.slice(3, 9),
  bob: requests.slice(3, 9),
  carol: requests.slice(3, 6),
  eve: requests.slice(3, 6),
  dave: requests.slice(0, 3),
  nobody: requests.slice(0, 3),
};
const people = Object.keys(asked);
/** Their logins fail, and too many failures at once would be throttled. */
const strangers: ReadonlySet<string> = new Set(['dave', 'nobody']);

const refusals = new Set([401, 403, 405, 502]);

describe('the command line and the running server', { concurrency: 3 }, () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  const cli = (...args: readonly string[]) =>
    outcomeOf(process.execPath, [
      join(projectFolder, 'dist/server/cli/davgate.js'),
      ...args,
      join(davgate.folder, 'shares.json'),
    ]);
  const ask = (user: string, method: string, path: string, destination?: string) =>
    curl(davgate.url + path, [
      '--user',
      login(user),
      '--header',
      'Depth: 1',
      '--request',
      method,
      ...(destination === undefined ? [] : ['--header', `Destination: ${davgate.url}${destination}`]),
      ...(method === 'PUT' ? ['--data-binary', 'new'] : []),
    ]);
  before(async () => {
    davgate = await sampleDavgate(({ shares }) => {
      assert.ok(Array.isArray(shares));
      const docs: unknown = shares[1];
      assert.ok(typeof docs === 'object' && docs !== null);
      Object.assign(docs, { rules: [{ path: '/Minutes', write: { groups: ['editors', 'chairs'] } }] });
    });
  });
  after(() => davgate.dispose());

  for (const [user, questions] of Object.entries(asked)) {
    for (const [method, path, destination] of questions) {
      it(`agree on ${user} ${method} ${path}${destination === undefined ? '' : ` to ${destination}`}`, async () => {
        const [{ code, out, error }, { status, body }] = await Promise.all([
          cli(
            'explain',
            user,
            method,
            davgate.url + path,
            ...(destination === undefined ? [] : ['--destination', destination]),
          ),
          ask(user, method, path, destination),
        ]);
        assert.equal(error, '');
        const [, refused, sentence = ''] = /^Answer {3}would be refused: (\d+) (.*)$/m.exec(out) ?? [];
        assert.equal(code, refused === undefined ? 0 : 1, out);
        if (refused === undefined) {
          assert.match(out, /^Answer {3}would be allowed: 2xx/m);
          assert.ok(!refusals.has(status), `${status}\n${out}`);
        } else {
          assert.equal(status, Number(refused), `${body.toString()}\n${out}`);
          if (status !== 401) assert.ok(body.includes(sentence), `${body.toString()}\n${out}`);
        }
      });
    }
  }

  it('name the group that gave a permission, and the user\u2019s own', async () => {
    const docs = await cli('explain', 'alice', 'GET', '/docs/');
    assert.match(
      docs.out,
      /holds {2}users who have the permission docs\.view_document \(through the group editors\)/,
    );
    const svn = await cli('explain', 'alice', 'GET', '/svn/sample');
    assert.match(svn.out, /holds {2}users who have the permission repos\.view_repository \(own permission\)/);
    const admin = await cli('explain', 'admin', 'GET', '/docs/');
    assert.match(admin.out, /holds {2}users who have the permission docs\.view_document \(as a superuser\)/);
  });

  for (const [method, folder] of [
    ['PROPFIND', '/docs/'],
    ['PROPFIND', '/docs/Minutes/'],
    ['PROPFIND', '/staff/'],
    ['GET', '/media/'],
  ] as const) {
    it(`agree on who may do what in ${folder}`, async () => {
      const { code, out, error } = await cli('who', davgate.url + folder);
      assert.equal(code, 0);
      // The rule below /docs names a group that the sample's site has not.
      if (folder.startsWith('/docs/')) assert.match(error, /^warning: [^\n]* no group chairs, [^\n]*\n$/);
      else assert.equal(error, '');
      const rows = new Map(
        [...out.matchAll(/^(\w+) +(yes|no) +(yes|no)$/gm)].map(([, name, read, write]) => [
          name,
          [read === 'yes', write === 'yes'],
        ]),
      );
      for (const user of people.filter((name) => !strangers.has(name))) {
        const read = await ask(user, method, folder);
        const write = await ask(user, 'PUT', `${folder}by-${user}.txt`);
        const may = [read, write].map(({ status }) => status < 300);
        assert.deepEqual(rows.get(user) ?? [false, false], may, `${user}\n${out}`);
      }
      for (const stranger of strangers) assert.equal(rows.has(stranger), false);
    });
  }

  it('bad usage ends with 2 and says why', async () => {
    const { code, out, error } = await cli('explain', 'alice', 'BREW', '/docs/');
    assert.deepEqual(
      { code, out, error },
      {
        code: 2,
        out: '',
        error: 'davgate: "BREW" is not an HTTP method.\nRun `davgate explain --help` for help.\n',
      },
    );
  });
});
