import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { djangos } from '../django/djangos.js';
import { DjangoSite } from '../django/sessions/django-site.js';
import { secretKey } from '../django/sessions/setting.js';
import { declare, makeSample, startDavgate } from './helpers/davgate.js';
import { curl } from './helpers/programs.js';

const user = 'rita';

/** SECRET_KEY and SECRET_KEY_FALLBACKS, and whether a session from before is its user's. */
interface Keys {
  readonly name: string;
  readonly key: string;
  readonly fallbacks: readonly string[];
  readonly counts: boolean;
}

/** @param fallbacksCount whether they do: Django knows them since 4.1 */
function steps(fallbacksCount: boolean): readonly Keys[] {
  return [
    { name: 'before', key: secretKey, fallbacks: [], counts: true },
    {
      name: `a new key, the old one among the fallbacks: it is ${fallbacksCount ? 'still' : 'no longer'} in`,
      key: 'new',
      fallbacks: ['older', secretKey],
      counts: fallbacksCount,
    },
    { name: 'a new key alone: it is out', key: 'new', fallbacks: [], counts: false },
    { name: 'the old key again', key: secretKey, fallbacks: [], counts: true },
  ];
}

for (const django of djangos) {
  describe(`a session of Django ${django.version}'s login page when SECRET_KEY is rotated`, () => {
    let folder: string;
    let cookie: string;
    let settings: string;
    const site = new DjangoSite(django);
    before(async () => {
      folder = await makeSample();
      settings = await readFile(join(folder, 'django-site/mysite/settings.py'), 'utf8');
      await site.user(user);
      cookie = await site.login(user);
    });
    after(async () => {
      await site.close();
      await rm(folder, { recursive: true, force: true });
    });

    /** What a davgate that is started now answers to the session. */
    const answer = async (): Promise<number> => {
      const environment = { ...django.environment, MYSITE_DATABASE: site.file };
      const davgate = await startDavgate(folder, environment);
      const asked = await curl(`${davgate.url}/media/visitor-guide.pdf`, ['--cookie', `sessionid=${cookie}`]);
      await davgate.end();
      return asked.status;
    };

    for (const { name, key, fallbacks, counts } of steps(Number.parseFloat(django.version) >= 4.1)) {
      it(`read from the project, ${name}`, async () => {
        await declare(folder, (declaration) => {
          declaration.django = {
            project: './django-site',
            settings: 'mysite.settings',
            python: django.python,
          };
        });
        const changed = { SECRET_KEY: key, SECRET_KEY_FALLBACKS: fallbacks };
        const lines = Object.entries(changed).map(
          ([setting, value]) => `${setting} = ${JSON.stringify(value)}`,
        );
        await writeFile(join(folder, 'django-site/mysite/settings.py'), `${settings}\n${lines.join('\n')}\n`);
        assert.equal(await answer(), counts ? 200 : 401);
        assert.equal(await site.who(cookie, changed), counts ? user : undefined);
      });
    }

    for (const { name, key, fallbacks, counts } of steps(true)) {
      it(`as declared, ${name}`, async () => {
        await declare(folder, (declaration) => {
          declaration.django = {
            database: `sqlite:${site.file}`,
            secretKey: key,
            secretKeyFallbacks: fallbacks,
            sessions: {},
          };
        });
        assert.equal(await answer(), counts ? 200 : 401);
      });
    }
  });
}
