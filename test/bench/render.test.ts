import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { growthTables } from './growth.js';
import { figureTable, inWords, markdownTable, rounded, targetTable, timeTable } from './render.js';
import { Results } from './results.js';
import { judge } from './targets.js';

/** A run in which davgate and Apache have these figures, three samples each. */
function results(): Results {
  const filled = new Results();
  for (const noise of [0.5, 1, 7]) {
    const generator = { generatorMicroseconds: 4 * noise, generatorBusy: 0.3 * noise };
    filled.add('davgate', { get: { figure: 5000 * noise, microseconds: 200 * noise, generator } });
    filled.add('apache', { get: { figure: 10_000 * noise, microseconds: 100 * noise, generator } });
    filled.add('floor', {
      get: {
        figure: 20_000,
        microseconds: 80,
        generator: { generatorMicroseconds: 5, generatorBusy: 0.95 },
      },
    });
    filled.add('davgate', { 'list-10000-seven': { figure: 20 * noise } });
    filled.add('apache', { 'list-10000-seven': { figure: 60 * noise } });
    filled.add('davgate', { authentication: { figure: 0.97 * noise } });
  }
  return filled;
}

describe('the table', () => {
  const columns = ['davgate', 'apache', 'nginx', 'floor'] as const;

  it('has medians, how they stand to Apache, and a dash for what was not measured', () => {
    assert.deepEqual(figureTable(results(), columns).split('\n'), [
      '|  | davgate | Apache open | nginx | node:http floor |',
      '| --- | --: | --: | --: | --: |',
      '| GET of 1 KB, per second | 5,000 (0.500) | 10,000 | – | 20,000† (2.00) |',
      '| PROPFIND of 10,000, seven properties, milliseconds | 20.0 (3.00) | 60.0 | – | – |',
      '| Rate with a password, against a public share without | 0.970 | – | – | – |',
    ]);
  });

  it('has processor time, and that of the load generator', () => {
    assert.deepEqual(timeTable(results(), columns).split('\n').slice(2), [
      '| GET of 1 KB, each request | 200 µs (2.00) | 100 µs | – | 80.0 µs (0.800) | 4.00 µs to 5.00 µs |',
    ]);
  });

  it('says which targets are met, and which were not measured', () => {
    const lines = targetTable(judge(results(), true)).split('\n');
    const line = (beginning: string): string => lines.find((text) => text.startsWith(beginning)) ?? '';
    assert.equal(
      line('| GET of 1 KB: speed'),
      '| GET of 1 KB: speed against Apache open | at least 1 | 0.500 | missed |',
    );
    assert.match(line('| GET of 1 KB: processor time against node:http'), /at most 1\.3 \| 2\.50 \| missed/);
    assert.match(line('| PROPFIND of 10,000, seven properties: speed against Apache'), / 3\.00 \| met/);
    assert.match(line('| Rate with a password'), /at least 0\.95 \| 0\.970 \| met/);
    assert.match(line('| svn log'), /– \| not measured/);
    assert.match(line('| PUT of 512 MB: speed against nginx'), /an aim/);
  });

  it('judges two workers by processor time where the load generator takes from their cores', () => {
    const filled = new Results();
    filled.add('davgate', { 'second-worker': { figure: 1.2 }, 'second-worker-time': { figure: 1.9 } });
    const last = (shared: boolean) => judge(filled, shared).at(-1);
    assert.deepEqual([last(true)?.reached, last(true)?.met], [1.9, true]);
    assert.deepEqual([last(false)?.reached, last(false)?.met], [1.2, false]);
  });

  it('writes numbers with three digits', () => {
    assert.deepEqual(
      [0, 0.01234, 0.5, 3.14159, 42.42, 999.4, 1234, 98_765, 1_234_567, Number.NaN].map(rounded),
      ['0.00', '0.012', '0.500', '3.14', '42.4', '999', '1,230', '98,800', '1,230,000', '–'],
    );
    assert.deepEqual([12.3, 4500, 2_000_000].map(inWords), ['12.3 µs', '4.50 ms', '2.00 s']);
  });

  it('is a Markdown table', () => {
    assert.equal(markdownTable(['a', 'b'], [['1', '2']]), '| a | b |\n| --- | --: |\n| 1 | 2 |');
  });
});

describe('the tables of growth', () => {
  it('have a line for each server, with the exponent and the residual', () => {
    const text = growthTables([
      {
        title: 'Listings',
        server: 'davgate',
        points: [
          [1000, 2],
          [10_000, 20],
          [100_000, 200],
        ],
      },
      {
        title: 'Workers',
        server: 'davgate',
        points: [[1, 500]],
      },
    ]);
    assert.match(text, /### Listings\n\n\| {2}\| 1,000 \| 10,000 \| 100,000 \| exponent \| residual \|/);
    assert.match(text, /\| davgate \| 2\.00 \| 20\.0 \| 200 \| 1\.00 \| 0\.00 \|/);
    assert.match(text, /### Workers\n\n.*\n.*\n\| davgate \| 500 \| – \| – \|/);
  });
});
