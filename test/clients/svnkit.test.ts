import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { text } from 'node:stream/consumers';
import { login, sampleDavgate } from './helpers/davgate.js';
import { run } from './helpers/programs.js';

/** As SVNKit 1.10.3 sends them. It speaks the protocol of Subversion 1.6, and not HTTPv2. */
const fields: readonly string[] = [
  ...['User-Agent', 'SVN/1.10.3 SVNKit/1.10.3 (http://svnkit.com/) debian--19691224-1437'],
  ...['Keep-Alive', '', 'Connection', 'TE, Keep-Alive', 'TE', 'trailers', 'Accept-Encoding', 'gzip'],
  ...['DAV', 'http://subversion.tigris.org/xmlns/dav/svn/depth'],
  ...['DAV', 'http://subversion.tigris.org/xmlns/dav/svn/mergeinfo'],
  ...['DAV', 'http://subversion.tigris.org/xmlns/dav/svn/log-revprops'],
];

const xml = 'text/xml; charset="utf-8"';
const svndiff = 'application/vnd.svn-svndiff';
/** A new file with a line of one x. */
const delta = Buffer.from('53564e00000002010282780a', 'hex');
const md5 = ['X-SVN-Result-Fulltext-MD5', '401b30e3b8b5d629635a5c613cdb7919'];

const declared = '<?xml version="1.0" encoding="UTF-8"?>\n';
const options = `${declared}<D:options xmlns:D="DAV:">\n<D:activity-collection-set/>\n</D:options>`;
const configuration = `${declared}<propfind xmlns="DAV:">
<prop><version-controlled-configuration xmlns="DAV:"/>
<resourcetype xmlns="DAV:"/>
<baseline-relative-path xmlns="http://subversion.tigris.org/xmlns/dav/"/>
<repository-uuid xmlns="http://subversion.tigris.org/xmlns/dav/"/>
</prop>
</propfind>`;
const checkedIn = `${declared}<propfind xmlns="DAV:">\n<prop><checked-in xmlns="DAV:"/>\n</prop>\n</propfind>`;
const inherited = `${declared}<S:inherited-props-report xmlns:S="svn:" xmlns:D="DAV:">
<S:revision>8</S:revision>
<S:path></S:path>
</S:inherited-props-report>
`;
const activitySet = (activity: string): string => `${declared}<D:checkout xmlns:D="DAV:">
<D:activity-set>
<D:href>${activity}</D:href>
</D:activity-set>
</D:checkout>
`;
const log = `${declared}<D:propertyupdate xmlns:D="DAV:" xmlns:SD="http://subversion.tigris.org/xmlns/dav/" xmlns:SS="http://subversion.tigris.org/xmlns/svn/" xmlns:SC="http://subversion.tigris.org/xmlns/custom/">
<D:set>
<D:prop>
<SS:log>by svnkit</SS:log>
<SS:txn-client-compat-version>1.10.3</SS:txn-client-compat-version>
</D:prop>
</D:set>
</D:propertyupdate>`;
const update = (url: string): string => `${declared}<S:update-report xmlns:S="svn:" send-all="true">
<S:include-props>yes</S:include-props>
<S:src-path>${url}</S:src-path>
<S:target-revision>8</S:target-revision>
<S:depth>unknown</S:depth>
<S:entry start-empty="true" rev="8" depth="infinity"></S:entry>
</S:update-report>`;
const merge = (activity: string): string => `${declared}<D:merge xmlns:D="DAV:">
<D:source>
<D:href>${activity}</D:href>
</D:source>
<D:no-auto-merge/>
<D:no-checkout/>
<D:prop>
<D:checked-in/>
<D:version-name/>
<D:resourcetype/>
<D:creationdate/>
<D:creator-displayname/>
</D:prop>
</D:merge>`;

/** Its requests, recorded while it checked out and committed, sent again: Java is too much for the set-up of the tests. */
describe('SVNKit', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  before(async () => {
    davgate = await sampleDavgate((declaration) => {
      const rights = {
        require: { staff: false, permission: 'repos.view_repository' },
        write: { permission: 'repos.change_repository' },
      };
      declaration.shares = [
        { path: '/open', kind: 'svn', repositories: './svn', public: true, ...rights },
        { path: '/closed', kind: 'svn', repository: './svn/sample', ...rights },
      ];
    });
  });
  after(() => davgate.dispose());

  const send = (
    method: string,
    path: string,
    user: string | undefined,
    body: string | Buffer = '',
    more: readonly string[] = [],
  ) =>
    new Promise<{ status: number; challenge: string | undefined; body: string }>((resolve, reject) => {
      const credentials =
        user === undefined ? [] : ['Authorization', `Basic ${Buffer.from(login(user)).toString('base64')}`];
      const headers = [
        ...[
          'Host',
          `127.0.0.1:${davgate.port}`,
          ...fields,
          'Content-Type',
          body instanceof Buffer ? svndiff : xml,
        ],
        ...['Content-Length', String(Buffer.byteLength(body)), ...credentials, ...more],
      ];
      const sent = request({ host: '127.0.0.1', port: davgate.port, method, path, headers }, (answer) => {
        const challenge = answer.headers['www-authenticate'];
        text(answer).then((told) => {
          resolve({ status: answer.statusCode ?? 0, challenge, body: told });
        }, reject);
      });
      sent.once('error', reject);
      sent.end(body);
    });

  const depth = ['Depth', '0'];

  /** @returns the statuses, as many as a checkout has requests of different kinds */
  const checkout = async (root: string, trunk: string, user: string | undefined) => {
    const answers = [
      await send('OPTIONS', trunk, user, options),
      await send('PROPFIND', trunk, user, configuration, depth),
      await send('PROPFIND', `${root}/!svn/vcc/default`, user, checkedIn, depth),
      await send('PROPFIND', `${root}/!svn/bc/8/trunk`, user, configuration, depth),
      await send('REPORT', `${root}/!svn/bc/8/trunk`, user, inherited),
      await send('REPORT', `${root}/!svn/vcc/default`, user, update(davgate.url + trunk)),
    ];
    return { statuses: answers.map(({ status }) => status), report: answers.at(-1)?.body ?? '' };
  };

  it('checks out what is public without a question, and commits with one', async () => {
    const [root, trunk] = ['/open/sample', '/open/sample/trunk'];
    const { statuses, report } = await checkout(root, trunk, undefined);
    assert.deepEqual(statuses, [200, 207, 207, 207, 200, 200]);
    assert.match(report, /<S:add-file name="README\.md"/);

    const activity = `${root}/!svn/act/${randomUUID()}`;
    assert.equal((await send('OPTIONS', trunk, undefined, options)).status, 200);
    const asked = await send('MKACTIVITY', activity, undefined);
    assert.deepEqual([asked.status, asked.challenge], [401, 'Basic realm="davgate"']);
    const statusOf = async (...args: Parameters<typeof send>): Promise<number> =>
      (await send(...args)).status;
    assert.equal(await statusOf('MKACTIVITY', activity, 'bob'), 403, 'who may read only');
    const file = activity.replace('/act/', '/wrk/').concat('/trunk/new.txt');
    const baseline = activity.replace('/act/', '/wbl/').concat('/8');
    assert.deepEqual(
      [
        await statusOf('MKACTIVITY', activity, 'alice'),
        await statusOf('CHECKOUT', `${root}/!svn/bln/8`, 'alice', activitySet(activity)),
        await statusOf('PROPPATCH', baseline, 'alice', log),
        await statusOf('CHECKOUT', `${root}/!svn/ver/8/trunk`, 'alice', activitySet(activity)),
        await statusOf('PROPFIND', file, 'alice', configuration, depth),
        await statusOf('PUT', file, 'alice', delta, md5),
        await statusOf('MERGE', trunk, 'alice', merge(activity)),
        await statusOf('DELETE', activity, 'alice'),
      ],
      [201, 201, 207, 201, 404, 201, 200, 204],
    );
    const told = await run('svn', ['log', '--non-interactive', '-r', '9', `${davgate.url}${trunk}`]);
    assert.match(told, /^r9 \| alice \|[^]*by svnkit$/m);
  });

  it('is asked at its first request for what is not public, and checks it out with a password', async () => {
    const [root, trunk] = ['/closed', '/closed/trunk'];
    for (const [user, status] of [
      [undefined, 401],
      ['dave', 401],
      ['eve', 403],
    ] as const) {
      const { statuses, report } = await checkout(root, trunk, user);
      assert.deepEqual(new Set(statuses), new Set([status]), user);
      assert.doesNotMatch(report, /README/);
    }
    const { statuses, report } = await checkout(root, trunk, 'bob');
    assert.deepEqual(statuses, [200, 207, 207, 207, 200, 200]);
    assert.match(report, /<S:add-file name="README\.md"/);
  });
});
