import { Failure } from '../../failure.js';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The user that Apache runs as if this server runs as root, because Apache refuses to serve as root. */
export interface RuntimeUser extends Owner {
  readonly name: string;
}

/** Customary user names for a web server, in order of preference. */
const customary = ['www-data', 'apache', 'http', '_www', 'nobody'];

/**
 * The user to run as: the owner of the repositories, or a customary user if they belong to root.
 * @param owners owners of the repository folders of all shares
 * @param passwd the text of /etc/passwd (passwd(5))
 * @throws Failure `internal` if the folders have several owners, or no customary user exists
 */
export function runtimeUser(owners: readonly Owner[], passwd: string): RuntimeUser {
  const users = parsePasswd(passwd);
  const [owner, ...others] = owners.filter(({ uid }) => uid !== 0);
  if (owner !== undefined) {
    if (others.some(({ uid }) => uid !== owner.uid)) {
      throw new Failure(
        'internal',
        'The folders of the svn shares belong to several users, but one Apache serves them all. Give them to one user.',
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
    `Apache does not run as root, and this system has none of the users ${customary.join(', ')}. Give the repositories to another user.`,
  );
}

function parsePasswd(text: string): RuntimeUser[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    return /^\d+$/.test(uid) && /^\d+$/.test(gid) ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}
