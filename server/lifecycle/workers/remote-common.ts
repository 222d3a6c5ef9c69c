import { signedIn } from '../../../src/django/sign-in/row-proof.js';
import { AskedInVain } from '../../../src/django/sign-in/site-sign-in.js';
import { askedProject } from '../../preflight/site-pool.js';
import type { Common, CommonOpening } from '../common-services.js';
import type { Channel } from './channel.js';
import { checkPassword, permissionsBySite, signInBySite } from './exchanges.js';
import { RemoteMeter } from './remote-meter.js';
import type { RemoteSvn } from './remote-svn.js';

/**
 * The common services of a declaration, which the parent has opened. Passwords go to it over the connection between the
 * two processes, which belong to one user and which nothing else can read.
 */
export function remoteCommon(
  channel: Channel,
  svn: RemoteSvn,
  { generation, declaration }: CommonOpening,
): Common {
  return {
    passwords: {
      check: (password, encoded) =>
        channel.ask(checkPassword, { generation, password, encoded: encoded ?? null }),
    },
    site: askedProject(declaration) && {
      signIn: async (username, password, { place, address } = {}) => {
        const from = { place: place ?? null, address: address ?? null };
        const answer = await channel.ask(signInBySite, { generation, username, password, ...from });
        if ('inVain' in answer) throw new AskedInVain();
        return answer.user ? signedIn(answer.user, answer.proof ?? undefined) : undefined;
      },
      permissionsOf: async ({ id, username, encodedPassword }) =>
        new Set(
          await channel.ask(permissionsBySite, { generation, user: { id, username, encodedPassword } }),
        ),
    },
    startSvn: (_shares, listeners) => svn.open(generation, listeners),
    meter: (share) => new RemoteMeter(channel, { generation, share }),
    // The parent does this itself.
    retire: () => undefined,
    close: () => Promise.resolve(),
  };
}
