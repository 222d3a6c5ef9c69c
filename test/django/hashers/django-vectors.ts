import { execFileSync } from 'node:child_process';
import { z } from 'zod';

const vectors = z.object({
  made: z.array(
    z.object({
      algorithm: z.string(),
      encoded: z.string(),
      password: z.string(),
      tries: z.array(z.tuple([z.string(), z.boolean()])),
    }),
  ),
  garbled: z.array(
    z.object({ algorithm: z.string(), encoded: z.string(), password: z.string(), answer: z.boolean() }),
  ),
  names: z.record(z.string(), z.string()),
});

/** What the installed Django makes of passwords and answers about them: see make_vectors.py. */
export function djangoVectors(): z.infer<typeof vectors> {
  const output = execFileSync('/usr/bin/python3', ['test/django/hashers/make_vectors.py'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return vectors.parse(JSON.parse(output));
}
