import { formatHttpDate, parseHttpDate } from '../../http/date.js';
import type { ResourceStat } from '../../storage/storage.js';
import { emptyElement } from '../xml/multistatus.js';
import type { ClarkName, PropertyChange, PropertyXml } from './property-store.js';

interface TimeProperty {
  /** Milliseconds since the epoch; undefined for a text that is not such a time. */
  parse(text: string): number | undefined;
  format(milliseconds: number): string;
}

/**
 * The properties with which a client sets a modification time: the first is Windows Explorer's, the second rclone's.
 */
const timeProperties: ReadonlyMap<ClarkName, TimeProperty> = new Map<ClarkName, TimeProperty>([
  ['{urn:schemas-microsoft-com:}Win32LastModifiedTime', { parse: parseHttpDate, format: formatHttpDate }],
  [
    '{DAV:}lastmodified',
    {
      parse: (text) => (/^\d{1,11}$/.test(text) ? Number(text) * 1000 : undefined),
      format: (milliseconds) => String(Math.floor(milliseconds / 1000)),
    },
  ],
]);

/**
 * The modification time that a PROPPATCH sets, in milliseconds since the epoch; if it sets several, the last one. A
 * value that is not a time is stored as a dead property, because Windows takes any answer but 200 for a failed upload.
 */
export function modificationTimeIn(changes: readonly PropertyChange[]): number | undefined {
  return changes.map(timeOf).findLast((time) => time !== undefined);
}

/** The changes to store after the time has been set: from then on the file provides the value, not a dead property. */
export function withoutTimes(changes: readonly PropertyChange[]): PropertyChange[] {
  return changes.map((change) =>
    timeOf(change) === undefined ? change : { name: change.name, value: undefined },
  );
}

/**
 * Renders one of these properties if no client has stored a value of its own; it is reported only to clients that name
 * it.
 */
export function timeProperty(name: ClarkName): ((stat: ResourceStat) => PropertyXml) | undefined {
  const known = timeProperties.get(name);
  if (!known) return undefined;
  const empty = emptyElement(name);
  const [, tag = ''] = /^<([^ /]+)/.exec(empty) ?? [];
  return ({ modified }) => empty.replace('/>', `>${known.format(modified)}</${tag}>`);
}

function timeOf({ name, value }: PropertyChange): number | undefined {
  const text = value === undefined ? undefined : /^<[^>]*>([^<]*)<\//.exec(value)?.[1];
  const time = text === undefined ? undefined : timeProperties.get(name)?.parse(text.trim());
  return time !== undefined && time >= 0 ? time : undefined;
}
