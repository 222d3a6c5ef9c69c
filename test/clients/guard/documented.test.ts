import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documentedAll } from './documented.js';

const names = ['user', 'groups', 'name', 'email'];

/** What deletes a field that a client has sent, in the two configurations that no test can run. */
const deletes = {
  Traefik: { pattern: (field: string) => new RegExp(`^ +${field}: ''$`, 'im'), marks: ['-', '_'] },
  // headers_with_underscores_action drops the others.
  Envoy: { pattern: (field: string) => new RegExp(`^ +- remove: ${field}$`, 'im'), marks: ['-'] },
};

describe('the documented configurations of Traefik and Envoy', async () => {
  const blocks = (await documentedAll('yaml')).map((text) => ({
    server: text.includes('forwardAuth') ? ('Traefik' as const) : ('Envoy' as const),
    text,
  }));
  for (const { server, text } of blocks) {
    it(`${server}: delete what a client says of itself, and pass on what davgate says`, () => {
      const { pattern, marks } = deletes[server];
      for (const name of names) {
        for (const mark of marks) assert.match(text, pattern(`Remote${mark}${name}`));
        assert.match(text, new RegExp(`^ +- (exact: )?remote-${name}$`, 'im'));
      }
      if (server === 'Envoy') assert.match(text, /^ +headers_with_underscores_action: DROP_HEADER$/m);
    });
  }
  it('are both there', () => {
    assert.deepEqual(blocks.map(({ server }) => server).sort(), ['Envoy', 'Traefik']);
  });
});
