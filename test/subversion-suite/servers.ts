import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quoted } from '../../src/svn/apache/apache-config.js';
import { findApache } from '../../src/svn/apache/find-apache.js';
import { startBareApache } from '../clients/helpers/bare-apache.js';
import { declare, makeSample, startDavgate } from '../clients/helpers/davgate.js';
import { addTestUsers, testUserFile } from './test-users.js';
import type { WorkFolder } from './work-folder.js';

/** What the suite asks. */
export interface Server {
  readonly url: string;
  readonly end: () => Promise<void>;
}

/** Where the suite expects repositories, each with the folder below `served` that holds them. */
const places = [
  { path: '/svn-test-work/repositories', folder: 'repositories' },
  { path: '/svn-test-work/local_tmp', folder: 'local_tmp' },
  { path: '/authz-test-work/authn', folder: 'local_tmp' },
] as const;

/** Apache alone, as the suite's own davautocheck.sh configures it for these places. */
export async function startApache(work: WorkFolder): Promise<Server> {
  const program = await findApache(process.env.PATH ?? '', { pathRules: true });
  if (!program.found) throw new Error(program.message);
  const users = join(work.folder, 'users');
  await writeFile(users, testUserFile());
  const apache = await startBareApache({
    repositories: join(work.served, 'repositories'),
    work: work.folder,
    documents: work.tests,
    directives: [
      ...['authn_file', 'authz_svn'].map(
        (name) => `LoadModule ${name}_module ${quoted(join(program.modulesFolder, `mod_${name}.so`))}`,
      ),
      // Apache's own defaults. svn waits for the end of an idle connection after some errors of its own.
      'KeepAliveTimeout 5',
      'LimitRequestFieldSize 8190',
      ...places.flatMap(({ path, folder }) => [
        `<Location ${quoted(path)}>`,
        '  DAV svn',
        `  SVNParentPath ${quoted(join(work.served, folder))}`,
        '  SVNListParentPath On',
        `  AuthzSVNAccessFile ${quoted(join(work.served, 'authz'))}`,
        '  AuthType Basic',
        '  AuthName "Subversion Repository"',
        `  AuthUserFile ${quoted(users)}`,
        '  Require valid-user',
        '</Location>',
      ]),
    ],
    probe: '/README',
  });
  return { url: apache.url, end: () => apache.end() };
}

/** davgate with the same repositories and path rules, and the suite's users in a Django database. */
export async function startGate(work: WorkFolder): Promise<Server> {
  const sample = await makeSample();
  await declare(sample, (declaration) => {
    declaration.shares = places.map(({ path, folder }) => ({
      path,
      kind: 'svn',
      repositories: join(work.served, folder),
      authz: join(work.served, 'authz'),
      require: { staff: false },
    }));
    // The suite tries wrong passwords too, and is not to be kept out for that.
    const many = { failures: 1_000_000, seconds: 60 };
    declaration.throttle = { user: many, address: many };
  });
  addTestUsers(sample);
  const davgate = await startDavgate(sample);
  return {
    url: davgate.url,
    end: async () => {
      await davgate.end();
      await rm(sample, { recursive: true, force: true });
    },
  };
}
