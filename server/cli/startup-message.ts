import { readersInWords } from '../../src/access/requirement.js';
import { shareRoot } from '../../src/http/target.js';
import { whoWrites } from '../../src/config/describe.js';
import type { Davgate } from '../lifecycle/run.js';

/** The URL of each share, and who may read and write it. */
export function announcement({ host, port, shares }: Davgate): string {
  const shown =
    host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  const lines = shares.map(({ kind, path, policy }) => {
    const rule = policy.ruleFor(shareRoot);
    const more =
      policy.rules.length > 1
        ? '\n    some paths in the share have their own rules; see `davgate check`'
        : '';
    return `  http://${shown}:${port}${path}/  (${kind})\n    read:  ${readersInWords(rule.read)}\n    write: ${whoWrites(rule)}${more}`;
  });
  return `davgate serves\n${lines.join('\n')}\n`;
}
