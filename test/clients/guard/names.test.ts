import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { askGuard, basicField } from './asking.js';
import { guardedSite, name } from './guarded-site.js';

const python = '/usr/bin/python3';

describe('who another server is told of', () => {
  for (const signIn of ['database', 'site'] as const) {
    it(`has a name and an address where the ${signIn} signs people in`, async (t) => {
      const site = await guardedSite((declaration, folder) => {
        declaration.django = { project: './django-site', settings: 'mysite.settings', python, signIn };
        const hostile = 'Bob\r\nRemote-User: admin';
        name(folder, 'bob', { first_name: hostile, last_name: 'B\u00f6b', email: `${hostile}@example.org` });
      });
      t.after(() => site.dispose());
      const told = async (user: string) => {
        const fields = [
          ['X-Original-Method', 'GET'],
          ['X-Original-URI', '/app/x'],
          basicField(user),
        ] as const;
        const { status, headers } = await askGuard(site.http, '/nginx', fields);
        assert.equal(status, 200);
        return ['remote-user', 'remote-name', 'remote-email'].map((field) => headers[field]);
      };
      const bytes = (text: string): string => Buffer.from(text).toString('latin1');
      assert.deepEqual(await told('alice'), ['alice', bytes('Alice \u00c6r\u00f8'), 'alice@example.org']);
      assert.deepEqual(await told('eve'), ['eve', undefined, undefined]);
      assert.deepEqual(await told('bob'), ['bob', bytes('Bob Remote-User: admin B\u00f6b'), undefined]);
    });
  }
});
