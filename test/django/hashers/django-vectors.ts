import { execFileSync } from 'node:child_process';
import { z } from 'zod';
import type { DjangoVersion } from '../djangos.js';

const vectors = z.object({
  made: z.array(
    z.object({
      algorithm: z.string(),
      encoded: z.string(),
      password: z.string(),
      /** Other passwords and Django's answers; null where it had none. */
      tries: z.array(z.tuple([z.string(), z.boolean().nullable()])),
    }),
  ),
  garbled: z.array(
    z.object({ algorithm: z.string(), encoded: z.string(), password: z.string(), answer: z.boolean() }),
  ),
  names: z.record(z.string(), z.string()),
});

/** What a Django makes of passwords and answers about them: see make_vectors.py. */
export function djangoVectors({ python, environment }: DjangoVersion): z.infer<typeof vectors> {
  const output = execFileSync(python, ['test/django/hashers/make_vectors.py'], {
    encoding: 'utf8',
    env: environment,
    maxBuffer: 64 * 1024 * 1024,
  });
  return vectors.parse(JSON.parse(output));
}
