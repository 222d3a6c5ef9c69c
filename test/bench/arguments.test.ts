import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isWhole, parseBenchArguments, type Plan } from './arguments.js';
import { peerNames } from './rows.js';

const named = ['guard', 'bodies'];

function planOf(...args: readonly string[]): Plan {
  const asked = parseBenchArguments(args, named);
  if (asked.kind !== 'table' && asked.kind !== 'growth') throw new Error(JSON.stringify(asked));
  return asked.plan;
}

function mistakeIn(...args: readonly string[]): string {
  const asked = parseBenchArguments(args, named);
  if (asked.kind !== 'mistake') throw new Error(JSON.stringify(asked));
  return asked.message;
}

describe('the arguments of npm run bench', () => {
  it('asks for the whole table without any', () => {
    const plan = planOf();
    assert.deepEqual(plan, { rows: undefined, peers: peerNames, rounds: 5, cores: 2, seconds: 0.5 });
    assert.ok(isWhole(plan));
  });

  it('takes rows, servers and rounds', () => {
    const plan = planOf('--only', 'get,lock', '--only', 'move', '--peers', 'nginx,davgate', '--rounds', '9');
    assert.deepEqual(plan.rows, ['get', 'lock', 'move']);
    assert.deepEqual(plan.peers, ['davgate', 'nginx']);
    assert.equal(plan.rounds, 9);
  });

  it('takes the benchmarks that have a name', () => {
    assert.deepEqual(parseBenchArguments(['guard', 'bodies'], named), {
      kind: 'named',
      names: ['guard', 'bodies'],
    });
  });

  it('measures growth of three servers, or of those that are named', () => {
    assert.equal(parseBenchArguments(['growth'], named).kind, 'growth');
    assert.deepEqual(planOf('growth').peers, ['davgate', 'apache', 'nginx']);
    assert.deepEqual(planOf('growth', '--peers', 'davgate').peers, ['davgate']);
  });

  it('names what it does not know', () => {
    assert.match(mistakeIn('guards'), /no "guards", only growth, guard, bodies/);
    assert.match(mistakeIn('--only', 'gets'), /no row "gets", only get, /);
    assert.match(mistakeIn('--peers', 'iis'), /no server "iis", only davgate, /);
    assert.match(mistakeIn('--peers', 'constructor'), /no server "constructor"/);
    assert.match(mistakeIn('--fast'), /--fast/);
    assert.match(mistakeIn('growth', '--only', 'get'), /growth has no rows/);
    assert.match(mistakeIn('guard', '--rounds', '9'), /Only the table and growth have options/);
  });

  it('refuses what is no number of rounds', () => {
    for (const text of ['0', '1.5', 'many', '', '100'])
      assert.match(mistakeIn(`--rounds=${text}`), /--rounds must be a number from 1 to 99/, text);
    assert.match(mistakeIn('--seconds', '0'), /--seconds must be/);
  });

  it('saves only a whole run', () => {
    assert.ok(!isWhole(planOf('--only', 'get')));
    assert.ok(!isWhole(planOf('--peers', 'davgate,apache')));
    assert.ok(!isWhole(planOf('--rounds', '4')));
    assert.ok(isWhole(planOf('--rounds', '6')));
    assert.ok(isWhole(planOf('growth', '--peers', 'davgate'), ['davgate']));
  });
});
