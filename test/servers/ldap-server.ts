import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../clients/helpers/free-port.js';
import { outcomeOf, run } from '../clients/helpers/programs.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { until } from '../helpers/until.js';

const configuration = (folder: string): string => `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile ${folder}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix "dc=example"
rootdn "cn=admin,dc=example"
rootpw admin-demo
directory ${folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by * read
`;

/** Alice is in the group editors, dave in none; each one's password is NAME-demo. */
const people = `
dn: dc=example
objectClass: domain
dc: example

dn: ou=people,dc=example
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example
objectClass: organizationalUnit
ou: groups
${['alice', 'dave']
  .map(
    (name) => `
dn: uid=${name},ou=people,dc=example
objectClass: inetOrgPerson
uid: ${name}
cn: ${name}
sn: ${name}
userPassword: ${name}-demo
`,
  )
  .join('')}
dn: cn=editors,ou=groups,dc=example
objectClass: groupOfNames
cn: editors
member: uid=alice,ou=people,dc=example
`;

/** A directory of Debian's slapd on the loopback interface, for one test. */
export async function ldapServer(t: TestContext) {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'data'));
  const file = join(folder, 'slapd.conf');
  writeFileSync(file, configuration(folder));
  await run('/usr/sbin/slapadd', ['-f', file], { input: people });
  const url = `ldap://127.0.0.1:${await freePort()}`;
  // With -d it stays in the foreground.
  const slapd = spawn('/usr/sbin/slapd', ['-f', file, '-h', url, '-d', '0'], { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    if (slapd.exitCode !== null || slapd.signalCode !== null) return;
    const ended = once(slapd, 'exit');
    slapd.kill();
    await ended;
  };
  t.after(stop);
  const asAdmin = ['-x', '-H', url, '-D', 'cn=admin,dc=example', '-w', 'admin-demo'];
  await until(async () => (await outcomeOf('ldapwhoami', asAdmin)).code === 0, 'slapd answers');
  return {
    url,
    stop,
    setPassword: async (name: string, password: string): Promise<void> => {
      await run('ldappasswd', [...asAdmin, '-s', password, `uid=${name},ou=people,dc=example`]);
    },
    /** LDIF of ldapmodify(1). */
    change: async (ldif: string): Promise<void> => {
      await run('ldapmodify', asAdmin, { input: ldif });
    },
  };
}
