import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseBenchArguments } from './arguments.js';
import { measureTable } from './table.js';

describe('npm run bench', () => {
  it('measures rows of davgate and of another server', async () => {
    const rows = ['get', 'not-modified', 'propfind-0', 'put-relaxed', 'lock', 'list-1000-seven'] as const;
    const args = [
      '--only',
      rows.join(','),
      '--peers',
      'davgate,apache',
      '--rounds',
      '1',
      '--seconds',
      '0.05',
    ];
    const asked = parseBenchArguments(args, []);
    if (asked.kind !== 'table') throw new Error(JSON.stringify(asked));
    const { results, failures } = await measureTable(asked.plan, () => undefined);
    assert.deepEqual(failures, []);
    assert.deepEqual(results.rows(), rows);
    for (const row of rows) {
      for (const peer of ['davgate', 'apache'] as const) {
        const figure = results.get(row, peer);
        assert.ok(figure && figure.figure > 0, `${row} ${peer}`);
        assert.ok(figure.microseconds !== undefined && figure.microseconds > 0, `${row} ${peer}`);
      }
    }
    assert.equal(results.get('get', 'nginx'), undefined);
  });
});
