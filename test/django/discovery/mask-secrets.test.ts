import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { maskSecrets } from '../../../src/django/discovery/mask-secrets.js';
import { isFailure } from '../../../src/failure.js';
import { djangoProject } from './django-project.js';

const texts: Record<string, string> = {
  'postgresql://site:s3cret@db/site': 'postgresql://site:…@db/site',
  'no DSN mysql://site:s3c@r/e:t@db/site here': 'no DSN mysql://site:…@db/site here',
  "redis://:s3cret@cache:6379/0', 'b'": "redis://:…@cache:6379/0', 'b'",
  "DATABASES = {'PASSWORD': 's3c\\'ret', 'HOST': 'db'}": "DATABASES = {'PASSWORD': '…', 'HOST': 'db'}",
  'DB_PASSWORD = "s3cret"': 'DB_PASSWORD = "…"',
  'host=db password=s3cret dbname=site': 'host=db password=… dbname=site',
  'FATAL: password authentication failed for user "site"':
    'FATAL: password authentication failed for user "site"',
  'see https://docs.example.org/a@b': 'see https://docs.example.org/a@b',
};

describe('a site\u2019s passwords are not shown', () => {
  for (const [text, masked] of Object.entries(texts)) {
    test(text, () => {
      assert.equal(maskSecrets(text), masked);
    });
  }

  test('a settings module that raises with a URL', async (t) => {
    const { discover } = djangoProject(t, {
      'settings.py': "raise RuntimeError('cannot use postgresql://site:s3cret@db/site')",
    });
    await assert.rejects(
      discover(),
      (error) =>
        isFailure(error, 'unavailable') &&
        error.message.includes('postgresql://site:…@db/site') &&
        !error.message.includes('s3cret'),
    );
  });
});
