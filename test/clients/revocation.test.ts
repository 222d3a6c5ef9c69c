import assert from 'node:assert/strict';
import { Agent, request, type OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { DjangoSite } from '../django/sessions/django-site.js';
import { secretKey } from '../django/sessions/setting.js';
import { sampleDavgate } from './helpers/davgate.js';

const user = 'rita';
const permission = 'docs.view_document';
const requirements = {
  open: { staff: false },
  permitted: { staff: false, permission },
  members: { staff: false, groups: ['crew'] },
  staffed: {},
  super: { staff: false, superuser: true },
} as const;

interface Change {
  readonly name: string;
  readonly share: keyof typeof requirements;
  readonly make: (site: DjangoSite) => Promise<void>;
  readonly before: number;
  readonly after: number;
}

/** One and the same right, given and taken. */
function givenAndTaken(
  name: string,
  share: Change['share'],
  put: (site: DjangoSite, given: boolean) => Promise<void>,
): Change[] {
  return [
    { name: `${name} given`, share, make: (site) => put(site, true), before: 403, after: 200 },
    { name: `${name} taken`, share, make: (site) => put(site, false), before: 200, after: 403 },
  ];
}

const changes: readonly Change[] = [
  ...givenAndTaken('a permission of her own', 'permitted', (site, given) =>
    site.permit(permission, given, { whose: user }),
  ),
  ...givenAndTaken('a permission of a group she is in', 'permitted', (site, given) =>
    site.permit(permission, given, { group: 'visitors' }),
  ),
  ...givenAndTaken('a group', 'members', (site, given) => site.enrol(user, 'crew', given)),
  ...givenAndTaken('a group with a permission', 'permitted', (site, given) =>
    site.enrol(user, 'editors', given),
  ),
  ...givenAndTaken('staff', 'staffed', (site, given) => site.change(user, { is_staff: given })),
  ...givenAndTaken('superuser', 'super', (site, given) => site.change(user, { is_superuser: given })),
  {
    name: 'deactivated',
    share: 'open',
    make: (site) => site.change(user, { is_active: false }),
    before: 200,
    after: 401,
  },
  {
    name: 'reactivated',
    share: 'open',
    make: (site) => site.change(user, { is_active: true }),
    before: 401,
    after: 200,
  },
];

describe('what Django commits counts within a second on a connection that is open', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let byPassword: OutgoingHttpHeaders;
  let bySession: OutgoingHttpHeaders;
  const site = new DjangoSite();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const sockets = new Set<Socket>();
  before(async () => {
    davgate = await sampleDavgate((declaration) => {
      declaration.django = { database: `sqlite:${site.file}`, secretKey, sessions: {} };
      declaration.shares = Object.entries(requirements).map(([name, require]) => ({
        path: `/${name}`,
        kind: 'static',
        root: './media',
        require,
      }));
    });
    await site.user(user);
    await site.enrol(user, 'visitors', true);
    byPassword = password(user);
    bySession = { cookie: `sessionid=${await site.login(user)}` };
  });
  after(async () => {
    agent.destroy();
    await site.close();
    await davgate.dispose();
  });

  const password = (secret: string): OutgoingHttpHeaders => ({
    authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`,
  });
  const ask = (share: Change['share'], headers: OutgoingHttpHeaders): Promise<number> =>
    new Promise((resolve, reject) => {
      const url = `${davgate.url}/${share}/visitor-guide.pdf`;
      const asked = request(url, { agent, headers }, (answer) => {
        answer.resume().once('end', () => {
          resolve(answer.statusCode ?? 0);
        });
      });
      asked.once('socket', (socket) => sockets.add(socket));
      asked.once('error', reject);
      asked.end();
    });

  /**
   * Asks every 50 ms until the answer is another. No request may be answered as before that is sent 1.2 s after Django has
   * said that its change is committed.
   * @returns milliseconds from then to the sending of the first request that is answered as it should be
   */
  const becomes = async (committed: number, expected: number, question: () => Promise<number>) => {
    for (;;) {
      const sent = performance.now() - committed;
      const status = await question();
      if (status === expected) return sent;
      assert.ok(sent < 1200, `still ${status}, not ${expected}, after ${Math.round(sent)} ms`);
      await pause(50);
    }
  };

  for (const { name, share, make, before: old, after: expected } of changes) {
    it(name, async (t) => {
      const ways = [() => ask(share, byPassword), () => ask(share, bySession)];
      for (const way of ways) assert.equal(await way(), old);
      await make(site);
      const committed = performance.now();
      const took = await Promise.all(ways.map((way) => becomes(committed, expected, way)));
      t.diagnostic(`password and session: ${took.map(Math.round).join(' and ')} ms`);
    });
  }

  it('password changed: the old one and the session are out, the new one is in', async () => {
    for (const headers of [byPassword, bySession]) assert.equal(await ask('open', headers), 200);
    await site.change(user, { password: 'another' });
    const committed = performance.now();
    assert.equal(await ask('open', password('another')), 200);
    await Promise.all(
      [byPassword, bySession].map((headers) => becomes(committed, 401, () => ask('open', headers))),
    );
    assert.equal(await ask('open', password('another')), 200);
  });

  it('logged out', async () => {
    const cookie = await site.login(user, undefined, 'another');
    const headers = { cookie: `sessionid=${cookie}` };
    assert.equal(await ask('open', headers), 200);
    await site.logout(cookie);
    await becomes(performance.now(), 401, () => ask('open', headers));
  });

  it('deleted', async () => {
    assert.equal(await ask('open', password('another')), 200);
    await site.delete(user);
    await becomes(performance.now(), 401, () => ask('open', password('another')));
  });

  it('all of it over one connection', () => {
    assert.equal(sockets.size, 1);
  });
});
