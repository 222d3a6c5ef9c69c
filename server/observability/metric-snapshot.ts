import { z } from 'zod';

/** Metrics with their values, as prom-client writes them in JSON. */
export const metricSnapshots = z.array(
  z.looseObject({
    name: z.string(),
    help: z.string(),
    type: z.string(),
    aggregator: z.string(),
    values: z.array(
      z.looseObject({
        /** NaN before anything has been measured, which JSON turns into null. */
        value: z.custom<number | null>((value) => typeof value === 'number' || value === null),
        labels: z.record(z.string(), z.union([z.string(), z.number()])),
        metricName: z.string().optional(),
      }),
    ),
  }),
);

export type MetricSnapshots = z.infer<typeof metricSnapshots>;
