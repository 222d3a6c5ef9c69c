import { Failure, statusOf } from '../../failure.js';
import type { HttpResponse } from '../../http/message.js';
import { davChild, davChildren, elementsOf, isDav, type XmlElement } from '../../xml/element.js';
import { protectedProperty, settingsIn, type SettingLimits } from './update.js';
import { isProtected } from './live.js';
import { changeStatuses, elementResponse } from '../xml/multistatus.js';
import type { ClarkName, PropertyChange } from './property-store.js';

const resourceType = '{DAV:}resourcetype';

/** What an extended MKCOL asks for (RFC 5689). */
export interface CollectionRequest {
  readonly changes: readonly PropertyChange[];
  /**
   * The properties that cannot be set, each with the precondition that says why; if there are any, nothing is created.
   */
  readonly refused: ReadonlyMap<ClarkName, string>;
}

/**
 * Reads a mkcol element (RFC 5689 section 5.1).
 * @throws Failure `unsupported-media-type` for another document, `too-large`, `insufficient-storage`
 */
export function parseCollectionRequest(root: XmlElement, limits: SettingLimits): CollectionRequest {
  if (!isDav(root, 'mkcol')) {
    throw new Failure('unsupported-media-type', 'The body of a MKCOL must be a mkcol element or empty.');
  }
  const changes = settingsIn(root, limits);
  const refused = new Map<ClarkName, string>();
  if (!asksForPlainCollection(root)) refused.set(resourceType, 'valid-resourcetype');
  for (const { name } of changes) {
    if (name !== resourceType && isProtected(name)) refused.set(name, protectedProperty);
  }
  return { changes: changes.filter(({ name }) => name !== resourceType), refused };
}

/** This server has plain collections only: the resource type must be present and must be exactly that. */
function asksForPlainCollection(root: XmlElement): boolean {
  const types = davChildren(root, 'set')
    .flatMap((set) => davChildren(set, 'prop'))
    .flatMap((prop) => {
      const type = davChild(prop, 'resourcetype');
      return type ? [type] : [];
    });
  return (
    types.length > 0 &&
    types.every((type) => {
      const [kind, ...others] = elementsOf(type);
      return kind !== undefined && others.length === 0 && isDav(kind, 'collection');
    })
  );
}

/** The answer to an extended MKCOL (RFC 5689 section 3): 201, or 403 if a property could not be set. */
export function collectionResponse({ changes, refused }: CollectionRequest): HttpResponse {
  const names = new Set([resourceType, ...changes.map(({ name }) => name)]);
  const element = `<D:mkcol-response xmlns:D="DAV:">${changeStatuses(names, refused)}</D:mkcol-response>`;
  const status = refused.size === 0 ? 201 : statusOf('forbidden');
  return elementResponse(status, element, [['Cache-Control', 'no-cache']]);
}
