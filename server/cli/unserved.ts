import type { Answer } from '../../src/access/explain.js';
import type { ShareKind } from '../../src/access/required-access.js';
import { isDavMethod } from '../../src/dav/engine.js';
import { isReadOnlyMethod } from '../../src/dav/read-only.js';
import type { ServerPath } from '../../src/http/target.js';
import { noPropertiesAtRoot } from '../share-root.js';

interface ShareOfKind {
  readonly kind: ShareKind;
  readonly path: ServerPath;
}

/**
 * What middleware/serve.ts answers to a request that may be made, where its method or its destination alone decides.
 * @param share undefined for the root and other collections above the shares
 */
export function unserved(
  method: string,
  share: ShareOfKind | undefined,
  destination: ShareOfKind | undefined,
): Answer | undefined {
  switch (share?.kind) {
    case undefined:
      if (method === 'PROPPATCH')
        return { allowed: false, failure: 'forbidden', sentence: noPropertiesAtRoot };
      return isReadOnlyMethod(method) ? undefined : noMethod('This can only be read.');
    case 'static':
      return isReadOnlyMethod(method) ? undefined : noMethod('This can only be read.');
    case 'webdav':
      if (destination && destination.kind !== 'webdav') {
        return elsewhere('The destination lies in a share of another kind.');
      }
      return isDavMethod(method) ? undefined : noMethod(`${method} is not known here.`);
    case 'svn':
      return destination && destination.path !== share.path
        ? elsewhere('The destination lies in another share.')
        : undefined;
  }
}

function noMethod(sentence: string): Answer {
  return { allowed: false, failure: 'method-not-allowed', sentence };
}

function elsewhere(sentence: string): Answer {
  return { allowed: false, failure: 'foreign-destination', sentence };
}
