import assert from 'node:assert/strict';
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { login, sampleDavgate } from './helpers/davgate.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly milliseconds: number;
}

describe('an attack on passwords', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  // Her requests must not wait for the attacker's connections inside this client.
  const ofVictim = new Agent({ keepAlive: true, maxSockets: 1 });
  beforeEach(async () => {
    davgate = await sampleDavgate((declaration) => {
      declaration.throttle = {
        user: { failures: 10, seconds: 60 },
        address: { failures: 50, seconds: 300 },
      };
    });
  });
  afterEach(() => davgate.dispose());
  after(() => {
    agent.destroy();
    ofVictim.destroy();
  });

  /** Asks for a file from an end of 127.0.0.0/8. */
  const ask = (
    auth: string,
    headers: Record<string, string> = {},
    from = '127.0.0.1',
    via = agent,
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const started = performance.now();
      const url = `${davgate.url}/docs/opening-hours.txt`;
      const asked = request(url, { agent: via, auth, headers, localAddress: from }, (answer) => {
        answer.resume().once('end', () => {
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            milliseconds: performance.now() - started,
          });
        });
      });
      asked.once('error', reject);
      asked.end();
    });

  /** Does `beside` again and again. */
  const during = async <T>(seconds: number, beside: () => Promise<T>): Promise<T[]> => {
    const done: T[] = [];
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) done.push(await beside());
    return done;
  };

  /** 50 wrong logins a second for `seconds`, beside `beside` one after the other. */
  const attack = async <T>(
    seconds: number,
    guess: (number: number) => Promise<Answer>,
    beside: () => Promise<T>,
  ) => {
    const guesses: Promise<Answer>[] = [];
    const begin = performance.now();
    const attacker = async (): Promise<void> => {
      while (guesses.length < seconds * 50) {
        guesses.push(guess(guesses.length));
        await pause(Math.max(0, begin + guesses.length * 20 - performance.now()));
      }
    };
    const [others] = await Promise.all([during(seconds, beside), attacker()]);
    return { answers: await Promise.all(guesses), others };
  };

  const median = (answers: readonly Answer[]): number => {
    const times = answers.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
    return times[times.length >> 1] ?? NaN;
  };

  const statuses = (answers: readonly Answer[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  };

  it('in the name of a verified user, from his own address, does not touch him', async (t) => {
    assert.equal((await ask(login('alice'))).status, 200);
    const { answers, others } = await attack(
      4,
      (number) => ask(`alice:guess-${number}`),
      () => ask(login('alice')),
    );
    assert.deepEqual(Object.keys(statuses(others)), ['200']);
    assert.equal(statuses(answers)['401'], 10);
    assert.equal(statuses(answers)['429'], answers.length - 10);
    assert.ok(answers.length > 100, `${answers.length} guesses`);
    for (const { status, headers } of answers) {
      assert.equal(headers['retry-after'] !== undefined, status === 429);
      assert.equal(headers['www-authenticate'] !== undefined, status === 401);
    }
    t.diagnostic(`${others.length} requests of the user, median ${median(others).toFixed(1)} ms`);
  });

  it('for 20 seconds, by every way at once, neither refuses nor delays a verified user', async (t) => {
    const victim = async (): Promise<Answer> => {
      const answer = await ask(login('alice'), {}, '127.0.0.1', ofVictim);
      await pause(10);
      return answer;
    };
    assert.equal((await victim()).status, 200);
    const before = await during(3, victim);
    const guess = (number: number): Promise<Answer> => {
      if (number % 4 === 0) return ask(`alice:guess-${number}`);
      if (number % 4 === 1) return ask(`user${number}:password`);
      if (number % 4 === 2) return ask(`alice:guess-${number}`, {}, '127.0.0.2');
      // From so many addresses that none meets a limit: each guess is derived.
      return ask(`alice:guess-${number}`, {}, `127.0.1.${number >> 2}`);
    };
    const { answers, others } = await attack(20, guess, victim);
    assert.deepEqual(Object.keys(statuses(others)), ['200']);
    assert.equal(answers.length, 1000);
    for (const status of Object.keys(statuses(answers))) assert.match(status, /^(401|429|503)$/);
    const [alone, attacked] = [median(before), median(others)];
    t.diagnostic(
      `median of ${before.length} requests alone ${alone.toFixed(2)} ms, of ${others.length} under attack ${attacked.toFixed(2)} ms; the guesses: ${JSON.stringify(statuses(answers))}`,
    );
    // Where a request takes less than a few milliseconds, who else the machine works for weighs more than the attack.
    assert.ok(attacked <= Math.max(2 * alone, 5), `${attacked} ms, and ${alone} ms alone`);
  });

  it('with many names, from the address of a verified user, does not touch him; others wait or go elsewhere', async () => {
    assert.equal((await ask(login('alice'))).status, 200);
    const { answers, others } = await attack(
      4,
      (number) => ask(`user${number}:password`),
      () => ask(login('alice')),
    );
    assert.deepEqual(Object.keys(statuses(others)), ['200']);
    assert.deepEqual(Object.keys(statuses(answers)), ['401', '429']);
    assert.equal(statuses(answers)['401'], 50);
    assert.equal((await ask(login('bob'))).status, 429);
    assert.equal((await ask(login('bob'), {}, '127.0.0.2')).status, 200);
  });

  it('is counted by the address of the connection, whatever X-Forwarded-For says', async () => {
    const found: number[] = [];
    for (let end = 1; end <= 13; end += 1) {
      const { status } = await ask(`alice:guess-${end}`, {
        'X-Forwarded-For': `198.51.100.${end}`,
        'X-Real-IP': `198.51.100.${end}`,
        Forwarded: `for=198.51.100.${end}`,
      });
      found.push(status);
    }
    assert.deepEqual(found, [...Array.from({ length: 10 }, () => 401), 429, 429, 429]);
    const throttled = await davgate.logged(({ event }) => event === 'login-throttled');
    assert.equal(throttled.address, '127.0.0.1');
    assert.equal(throttled.user, 'alice');
    assert.equal(throttled.share, '/docs');
    assert.equal(throttled.reason, 'too-many-for-user');
    const line = await davgate.logged(
      ({ msg, requestId }) => msg === 'request' && requestId === throttled.requestId,
    );
    assert.deepEqual([line.address, line.status], ['127.0.0.1', 429]);
    const refused = (): number => davgate.log.filter(({ event }) => event === 'login-refused').length;
    await davgate.logged(() => refused() >= 10);
    assert.equal(refused(), 10);
  });
});
