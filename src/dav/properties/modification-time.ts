import { formatHttpDate, parseHttpDate } from '../../http/date.js';
import type { ResourceStat } from '../../storage/storage.js';
import { emptyElement } from '../xml/empty-element.js';
import type { ClarkName, PropertyChange, PropertyXml } from './property-store.js';

interface TimeProperty {
  /** Milliseconds since the epoch; undefined for a text that is no such time. */
  parse(text: string): number | undefined;
  format(milliseconds: number): string;
}

/** Properties by which a client sets a modification time: the first is Windows Explorer's, the second rclone's. */
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
 * The modification time that a PROPPATCH sets, in milliseconds since the epoch; of several the last one. A value that
 * is no time sets nothing: it is kept as a dead property, since Windows takes any answer but 200 for a failed upload.
 */
export function modificationTimeIn(changes: readonly PropertyChange[]): number | undefined {
  return changes.map(timeOf).findLast((time) => time !== undefined);
}

/** The changes once the time has been set: it is told from the file from now on, and no longer as a dead property. */
export function withoutTimes(changes: readonly PropertyChange[]): PropertyChange[] {
  return changes.map((change) =>
    timeOf(change) === undefined ? change : { name: change.name, value: undefined },
  );
}

/** What makes one of the properties, where no client has left a value of its own; told only to whoever names it. */
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
