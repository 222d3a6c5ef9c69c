import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { parseCores, shareOut } from './cores.js';
import { endedChildrenTime, memoryOf, processTree, threadTime, treeTime } from './process-tree.js';

describe('what a server takes', () => {
  it('is read from proc(5)', () => {
    assert.equal(threadTime('123456789 22 33\n'), 123_456.789);
    const stat = '42 (a (b) c) S 1 42 42 0 -1 4194560 1 2 3 4 500 600 7 9 20 0 1 0 100 1 1';
    assert.equal(endedChildrenTime(stat), 160_000);
    assert.equal(endedChildrenTime(''), 0);
  });

  it('counts what processes share once, and files of the process that has most in full', () => {
    const smaps = (rss: number, anonymous: number, own: number): string =>
      `00400000-7fff0000 ---p 00000000 00:00 0 [rollup]\nRss: ${rss} kB\nPss: 1 kB\nPss_Anon: ${own} kB\n` +
      `Pss_File: 1 kB\nPss_Shmem: 0 kB\nAnonymous: ${anonymous} kB\n`;
    assert.deepEqual(memoryOf([smaps(3072, 2048, 1024), smaps(5120, 2048, 1024), '']), {
      all: 5,
      largest: 5,
    });
  });

  it('includes children, and children that have ended', async () => {
    const spin = 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done';
    const child = spawn('/bin/sh', ['-c', `sh -c '${spin}'; echo done; sleep 600 & echo $!; wait`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      let out = '';
      for await (const chunk of child.stdout) {
        out += String(chunk);
        if (/done\n\d+\n/.test(out)) break;
      }
      const sleeper = Number(out.split('\n')[1]);
      const { pid = 0 } = child;
      assert.deepEqual(processTree(pid), [pid, sleeper]);
      assert.ok(treeTime(pid) >= 20_000, `${treeTime(pid)} µs`);
      process.kill(sleeper);
      await once(child, 'exit');
    } finally {
      child.kill();
    }
  });
});

describe('the processors', () => {
  it('are parsed as proc(5) lists them', () => {
    assert.deepEqual(parseCores('0-2,5\n'), [0, 1, 2, 5]);
    assert.deepEqual(parseCores('7'), [7]);
  });

  it('are shared out between servers and load generator, if there are enough', () => {
    assert.deepEqual(shareOut([0, 1, 2, 3], 2), { servers: [0, 1], generator: [2, 3] });
    assert.deepEqual(shareOut([4, 5], 2), { servers: [4, 5], generator: [4, 5] });
    assert.deepEqual(shareOut([0], 2), { servers: [0], generator: [0] });
  });
});
