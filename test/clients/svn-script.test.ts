import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { findApache } from '../../src/svn/apache/find-apache.js';
import { startBareApache } from './helpers/bare-apache.js';
import { makeSample, startDavgate } from './helpers/davgate.js';
import { outcomeOf, run } from './helpers/programs.js';
import { script, type Step } from './helpers/svn-script.js';

/** How the client and the server are set for one run of the script. */
interface Variant {
  readonly name: string;
  /** How many files one commit adds. */
  readonly files: number;
  /** What `--config-option` is given. */
  readonly client?: readonly string[];
  /** Lines for Apache's configuration. */
  readonly server?: readonly string[];
}

const variants: readonly Variant[] = [
  { name: 'as svn comes', files: 2000 },
  { name: 'by a request for each file', files: 120, client: ['servers:global:http-bulk-updates=no'] },
  {
    name: 'in bulk, over few connections',
    files: 120,
    client: ['servers:global:http-bulk-updates=yes', 'servers:global:http-max-connections=2'],
  },
  { name: 'by the older protocol, DeltaV', files: 120, server: ['SVNAdvertiseV2Protocol off'] },
];

const repositories = ['one', 'loaded', 'mirror'] as const;

const preCommit = `#!/bin/sh
if svnlook log -t "$2" "$1" | grep -q REFUSE; then echo "Not <this> & not here: Größe" >&2; exit 1; fi
`;
const postCommit = `#!/bin/sh
if svnlook log -r "$2" "$1" | grep -q WARN; then echo "The mail <could> not be sent" >&2; exit 1; fi
`;

/** Repositories that are the same each time, for whoever Apache runs as. */
async function makeRepositories(parent: string): Promise<void> {
  const { uid, gid } = await stat(parent);
  for (const [index, name] of repositories.entries()) {
    const repository = join(parent, name);
    await run('svnadmin', ['create', repository]);
    await run('svnadmin', ['setuuid', repository, `00000000-0000-4000-8000-00000000000${index}`]);
    await hook(repository, 'pre-revprop-change', '#!/bin/sh\n');
  }
  await hook(join(parent, 'one'), 'pre-commit', preCommit);
  await hook(join(parent, 'one'), 'post-commit', postCommit);
  await symlink('one', join(parent, 'alias'));
  await run('chown', ['-R', '-h', `${uid}:${gid}`, parent]);
}

async function hook(repository: string, name: string, text: string): Promise<void> {
  await writeFile(join(repository, 'hooks', name), text, { mode: 0o755 });
}

/** Runs the whole script in a folder of its own. @returns what each step printed, less what cannot be the same */
async function play(
  steps: readonly Step[],
  url: string,
  folder: string,
  variant: Variant,
): Promise<string[]> {
  const options = (user: string): string[] => [
    '--non-interactive',
    '--no-auth-cache',
    '--config-dir',
    join(folder, '..', 'config'),
    ...['--username', user, '--password', `${user}-demo`],
    ...(variant.client ?? []).flatMap((setting) => ['--config-option', setting]),
  ];
  const placed = (args: readonly string[]): string[] =>
    args.map((text) => text.replaceAll('%U', `${url}/svn`));
  const told: string[] = [];
  for (const step of steps) {
    if (step.kind === 'write') {
      for (const [name, text] of step.files) {
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await writeFile(join(folder, name), text);
      }
      continue;
    }
    const { code, out, error } = await outcomeOf(step.program, [...placed(step.args), ...options(step.as)], {
      cwd: folder,
    });
    const printed = normal(out + error, url, folder);
    const heading = `$ ${step.as}: ${step.program} ${step.args.join(' ')}`;
    told.push(`${heading}\n${isUnordered(step) ? sorted(printed) : printed}exit ${code ?? ''}\n`);
  }
  return told;
}

/** Whether svn tells of each file as its answer comes, or as a hash of its own, seeded by chance, has them. */
function isUnordered({ args }: Extract<Step, { kind: 'run' }>): boolean {
  return !['blame', 'cat', 'log', 'mergeinfo', 'list'].includes(args[0] ?? '');
}

function sorted(text: string): string {
  return text.split('\n').sort().join('\n');
}

/** Without dates, addresses and what is made by chance. */
function normal(text: string, url: string, folder: string): string {
  return text
    .replaceAll(url, '%O')
    .replaceAll(folder, '%F')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+Z| [+-]\d{4}( \([^)]*\))?)/g, '%D')
    .replace(/\b[A-Z][a-z]{2} \d\d (\d\d:\d\d|  ?\d{4})/g, '%D')
    .replace(/opaquelocktoken:[0-9a-f-]{36}/g, '%T')
    .replace(/^Working Copy Root Path.*\n/gm, '');
}

/** All that is in a repository, less its dates; svnadmin has locks in no order. */
async function contents(repository: string, from: number): Promise<string> {
  const dump = join(repository, '..', 'contents');
  await run('svnadmin', ['dump', '-q', '-r', `${from}:HEAD`, '-F', dump, repository]);
  const bytes = await readFile(dump, 'latin1');
  await rm(dump);
  const locks = (await run('svnadmin', ['lslocks', repository]))
    .replace(/^(UUID Token|Created|Expires):.*$/gm, '')
    .split(/^(?=Path: )/m)
    .sort();
  return [bytes.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/gm, 'DATE'), ...locks].join('\n');
}

/** Apache with more lines in its configuration, as a program that davgate finds first. */
async function apacheWith(lines: readonly string[], folder: string): Promise<NodeJS.ProcessEnv> {
  const program = await findApache(process.env.PATH ?? '');
  if (!program.found) throw new Error(program.message);
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await symlink(program.modulesFolder, join(folder, 'modules'));
  const arguments_ = lines.map((line) => `-c '${line}'`).join(' ');
  await writeFile(join(bin, 'apache2'), `#!/bin/sh\nexec '${program.binary}' "$@" ${arguments_}\n`, {
    mode: 0o755,
  });
  return { PATH: `${bin}:${process.env.PATH ?? ''}` };
}

describe('every svn command, through davgate and straight to Apache', () => {
  const leftovers: (() => Promise<unknown>)[] = [];
  after(async () => {
    for (const remove of leftovers.reverse()) await remove();
  });

  /** A folder that Apache's user can walk to. */
  const makeFolder = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'davgate-script-'));
    leftovers.push(() => rm(folder, { recursive: true, force: true }));
    await chmod(folder, 0o755);
    return folder;
  };

  for (const variant of variants) {
    it(`prints and leaves the same ${variant.name}`, async () => {
      const steps = script(variant.files);
      const [work, sample] = [await makeFolder(), await makeSample()];
      leftovers.push(() => rm(sample, { recursive: true, force: true }));
      await chmod(sample, 0o755);
      const ours = join(sample, 'svn');
      await rm(join(ours, 'sample'), { recursive: true });
      const theirs = join(work, 'svn');
      await run('cp', ['-a', ours, theirs]);
      await Promise.all([makeRepositories(ours), makeRepositories(theirs)]);
      const davgate = await startDavgate(sample, await apacheWith(variant.server ?? [], work));
      leftovers.push(() => davgate.end());
      const bare = await startBareApache({
        repositories: theirs,
        work,
        authors: true,
        directives: variant.server ?? [],
        probe: '/svn/one/',
      });
      leftovers.push(() => bare.end());
      const [through, straight] = await Promise.all(
        [davgate.url, bare.url].map(async (url, index) => {
          const folder = join(work, `at ${index}`);
          await mkdir(folder);
          return play(steps, url, folder, variant);
        }),
      );
      assert.ok(through && straight);
      assert.deepEqual(
        through.filter((text, index) => text !== straight[index]),
        straight.filter((text, index) => text !== through[index]),
      );
      for (const [name, from] of [
        ['one', 0],
        ['loaded', 0],
        ['mirror', 1],
      ] as const) {
        const [left, right] = await Promise.all(
          [ours, theirs].map(async (parent) => (await contents(join(parent, name), from)).split('\n')),
        );
        assert.ok(left && right);
        const at = left.findIndex((line, index) => line !== right[index]);
        // A dump of two thousand files is no message.
        assert.deepEqual(
          left.slice(at).slice(0, 20),
          at === -1 ? left.slice(-1) : right.slice(at, at + 20),
          name,
        );
        assert.equal(left.length, right.length, name);
        await run('svnadmin', ['verify', '-q', join(ours, name)]);
      }
      assert.match(through.join('\n'), /Not <this> & not here: Größe/);
      assert.match(through.join('\n'), /The mail <could> not be sent/);
      await bare.end();
      await davgate.end();
    });
  }
});
