import { z } from 'zod';
import { metricSnapshots } from '../../observability/metric-snapshot.js';
import type { Exchange, News } from './channel.js';
import { generation } from './exchanges.js';
import { siteMessage } from './site-message.js';

/** What the parent has a worker do, from its start to its end. */

const nothing = z.null();

const place = z.strictObject({ host: z.string(), port: z.int() });

/** A worker hears what it is told from now on. Before, its connection drops messages (Node's cluster listens first). */
export const ready = { name: 'ready', content: nothing } satisfies News<null>;

/** The first order. */
export const begin = {
  name: 'begin',
  question: z.strictObject({
    /** How many workers there are. */
    processes: z.int().min(2),
    /** Where they listen, which a reload does not change. */
    places: z.strictObject({ listen: place, guardHttp: place.nullable(), guardFastcgi: place.nullable() }),
    /** Whether to collect metrics. */
    metrics: z.boolean(),
    /** What all workers make the keys of credentials with. */
    secrets: z.strictObject({ inner: z.string(), outer: z.string() }),
  }),
  answer: nothing,
} satisfies Exchange<unknown, null>;

/** Opens what a declaration names, and answers nothing by it yet. */
export const prepare = {
  name: 'prepare',
  question: z.strictObject({
    generation,
    file: z.string(),
    /** What the parent has read in that file. */
    text: z.string(),
    site: siteMessage,
  }),
  answer: nothing,
} satisfies Exchange<unknown, null>;

/** From now on the declaration that was prepared answers new requests. */
export const commit = {
  name: 'commit',
  question: z.strictObject({ generation }),
  answer: nothing,
} satisfies Exchange<unknown, null>;

/** Closes what was prepared. */
export const drop = {
  name: 'drop',
  question: z.strictObject({ generation }),
  answer: nothing,
} satisfies Exchange<unknown, null>;

/** Takes the connections that are handed over from now on. */
export const listenNow = { name: 'listen', question: nothing, answer: nothing } satisfies Exchange<
  unknown,
  null
>;

/** Takes no more requests; answers when the last is done and everything is closed. */
export const stop = { name: 'stop', question: nothing, answer: nothing } satisfies Exchange<unknown, null>;

export const readMetrics = {
  name: 'read-metrics',
  question: nothing,
  answer: metricSnapshots,
} satisfies Exchange<unknown, unknown>;

/** Nothing of a declaration is in use any more. */
export const closed = { name: 'closed', content: z.strictObject({ generation }) } satisfies News<unknown>;
