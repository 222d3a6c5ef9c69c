import { z } from 'zod';
import { Failure, isFailureKind, type FailureKind } from '../../../src/failure.js';

/** A failure as another process is told of it: without its cause, which is logged where it happened. */
export const failureSchema = z.strictObject({
  kind: z.custom<FailureKind>(isFailureKind),
  message: z.string(),
  condition: z.string().optional(),
  headers: z.array(z.tuple([z.string(), z.string()])),
});

const number = z.int().min(1);
const name = z.string().min(1).max(40);
const content = z.unknown();

/** What passes between the parent and a worker. Questions are numbered by whoever asks; news have no answer. */
export const envelopeSchema = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('question'), number, name, content }),
  z.strictObject({ is: z.literal('answer'), number, content }),
  z.strictObject({ is: z.literal('failure'), number, failure: failureSchema }),
  /** The answer is not wanted any more. */
  z.strictObject({ is: z.literal('withdrawal'), number }),
  z.strictObject({ is: z.literal('news'), name, content }),
  /** Comes with a connection that the parent has accepted; the answer is that it has arrived. */
  z.strictObject({ is: z.literal('connection'), number, name }),
  z.strictObject({ is: z.literal('arrival'), number }),
]);

export type Envelope = z.infer<typeof envelopeSchema>;

export function failureOf({ kind, message, condition, headers }: z.infer<typeof failureSchema>): Failure {
  return new Failure(kind, message, { headers, ...(condition !== undefined && { condition }) });
}

export function toldFailure({ kind, message, condition, headers }: Failure): z.infer<typeof failureSchema> {
  return {
    kind,
    message,
    ...(condition !== undefined && { condition }),
    headers: headers.map(([field, value]) => [field, value]),
  };
}
