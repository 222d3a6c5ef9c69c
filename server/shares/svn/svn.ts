import { svnAccess } from '../../../src/access/required-access.js';
import type { SvnShare } from '../../../src/config/kinds/svn.js';
import { finding, type Finding } from '../../../src/config/problems.js';
import { readOnlyMethods } from '../../../src/dav/read-only.js';
import { refuseServiceWorker } from '../../../src/http/active-content.js';
import { grantsInAuthz, publicFindings } from './authz-grants.js';
import { explainAuthz } from './explain-authz.js';
import { svnFindings } from './program-findings.js';
import { repositoryFindings } from './repository-findings.js';
import { serveReadOnly } from '../read-only.js';
import { elsewhere, type Machine, type Share, type ShareKind, type ShareParts } from '../share.js';
import { forwardToSvn } from './forward.js';
import { listsRepositories, repositoryList } from './repositories.js';
import { startSvnServices, type SvnService } from './start-services.js';

export const svnKind: ShareKind<SvnShare> = {
  words: 'Subversion repositories',
  names: 'subversion',
  errors: 'svn',
  requires: svnAccess,
  refuses: (_method, share, destination) =>
    destination && destination.path !== share
      ? elsewhere('The destination lies in another share.')
      : undefined,
  look: async (shares, { declaration, environment }) => [
    ...(await repositoryFindings(shares, environment)),
    ...realmFindings(declaration),
    ...shares.flatMap(publicFindings),
  ],
  attempt: svnFindings,
  grants: grantsInAuthz,
  explain: explainAuthz,
  open: async (declared, parts) => {
    if (declared.length === 0) return [];
    const { processes, common, environment, log } = parts;
    const services = await startSvnServices(declared, {
      startSvn: (shares, listeners) => common.startSvn(shares, listeners),
      processes,
      environment,
      log,
    });
    let left = declared.length;
    // One Apache serves all the shares, and stops with the last one.
    const close = async (): Promise<void> => {
      left -= 1;
      if (left === 0) await services.close();
    };
    return services.all.flatMap((service, index) => {
      const share = declared[index];
      return share ? [openSvn(share, service, parts, close)] : [];
    });
  },
};

function openSvn(declared: SvnShare, service: SvnService, parts: ShareParts, close: Share['close']): Share {
  const { dav, publicOrigin } = parts;
  return {
    declared,
    ...(service.unserved && { fault: () => service.unserved?.()?.reason }),
    methods: () => Promise.resolve(readOnlyMethods),
    serve: async (request) => {
      const { method, headers, identity, place } = request;
      refuseServiceWorker(headers['service-worker'], 'sandboxed');
      if (!listsRepositories(declared, method, place.inside)) {
        return forwardToSvn(request, declared, service, publicOrigin);
      }
      const list = await repositoryList(declared, identity, service.rules);
      return serveReadOnly(request, list, { dav, trust: 'sandboxed', mayRead: () => true });
    },
    close,
  };
}

/** Apache sends a backslash in AuthName unescaped, which RFC 9110 section 5.6.4 does not allow. */
function realmFindings({ realm }: Machine['declaration']): Finding[] {
  if (!realm.includes('\\')) return [];
  const message =
    'has a backslash, so svn does not find passwords that it saved for an Apache with this AuthName: ' +
    'users must enter them once more';
  return [finding('warning', 'realm', message)];
}
