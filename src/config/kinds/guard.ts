import { z } from 'zod';
import { foldedPath } from '../../access/folded-path.js';
import { policyOf } from '../rules.js';
import { access, rules, write } from './access.js';
import { common, type CommonShare } from './share.js';

export const guardSchema = z.strictObject({
  ...access,
  kind: z.literal('guard'),
  write: write.optional(),
  rules,
});

/** What another web server serves: it asks davgate who may. */
export interface GuardShare extends CommonShare {
  readonly kind: 'guard';
  readonly servedElsewhere: true;
}

export function resolveGuard(share: z.infer<typeof guardSchema>): GuardShare {
  return {
    ...common(share, policyOf(share, foldedPath)),
    kind: 'guard',
    words: 'served by another web server, which asks davgate who may',
    servedElsewhere: true,
    places: [],
    secrets: [],
  };
}
