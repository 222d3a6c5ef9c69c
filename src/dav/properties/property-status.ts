import { statusLine } from '../xml/multistatus.js';
import { emptyElement } from '../xml/empty-element.js';
import type { ClarkName } from './property-store.js';

/**
 * A propstat element with the status of some properties and, if one failed, the precondition (RFC 4918 section 14.22).
 */
export function propertyStatus(status: number, names: readonly ClarkName[], condition?: string): string {
  const error = condition === undefined ? '' : `<D:error><D:${condition}/></D:error>`;
  const properties = names.map(emptyElement).join('');
  return `<D:propstat><D:prop>${properties}</D:prop><D:status>${statusLine(status)}</D:status>${error}</D:propstat>`;
}
