import { Failure } from '../../failure.js';

/** Whom Apache runs as when this server runs as root, as Apache refuses to serve as root. */
export interface RuntimeUser {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

/** Owner of a folder. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Customary users for a web server, in order of preference. */
const customary = ['www-data', 'apache', 'http', '_www', 'nobody'];

/**
 * The user to run as: the owner of the repositories; a customary one when they belong to root.
 * @param owners owners of the repository folders of all shares
 * @param passwd the text of /etc/passwd (passwd(5))
 * @throws Failure `internal` when the folders have several owners, or no customary user exists
 */
export function runtimeUser(owners: readonly Owner[], passwd: string): RuntimeUser {
  const users = parsePasswd(passwd);
  const [owner, ...others] = owners.filter(({ uid }) => uid !== 0);
  if (owner !== undefined) {
    if (others.some(({ uid }) => uid !== owner.uid)) {
      throw new Failure(
        'internal',
        'The folders of the svn shares belong to several users; one Apache serves them all, so give them to one user.',
      );
    }
    return users.find(({ uid }) => uid === owner.uid) ?? { ...owner, name: String(owner.uid) };
  }
  for (const name of customary) {
    const user = users.find((candidate) => candidate.name === name && candidate.uid !== 0);
    if (user !== undefined) return user;
  }
  throw new Failure(
    'internal',
    `Apache does not serve as root, and there is no user ${customary.join(', ')} here: give the repositories to one.`,
  );
}

function parsePasswd(text: string): RuntimeUser[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    return /^\d+$/.test(uid) && /^\d+$/.test(gid) ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}
