import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newName, reading, siteOfSuite, using } from './setting.js';

describe('expire_date of a session in the database', () => {
  const site = siteOfSuite();

  for (const zone of ['UTC', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia']) {
    for (const useTz of [true, false]) {
      test(`is understood with USE_TZ = ${String(useTz)} in ${zone}`, async (t) => {
        const username = newName();
        await site().user(username);
        const settings = using('db', { USE_TZ: useTz, TIME_ZONE: zone });
        const first = await site().login(username, settings);
        const cookie = await site().put(first, {}, settings, 3600);
        const found = async (seconds: number) => {
          const clock = () => Date.now() + seconds * 1000;
          return reading(t, site().file, { timeZone: useTz ? 'UTC' : zone, clock }).find(cookie);
        };
        assert.equal((await found(3590))?.username, username);
        assert.equal((await found(3610))?.username, undefined);
      });
    }
  }

  test('ends the session at that very moment', async (t) => {
    const username = newName();
    await site().user(username);
    const cookie = await site().login(username, using('db'));
    let now = 0;
    const users = reading(t, site().file, { clock: () => now });
    // The last moment in which it counts, to the millisecond.
    let [early, late] = [Date.now(), Date.now() * 2];
    while (late - early > 1) {
      now = Math.floor((early + late) / 2);
      if (await users.find(cookie)) early = now;
      else late = now;
    }
    assert.equal(await site().who(cookie, using('db'), (early - 1) / 1000), username);
    assert.equal(await site().who(cookie, using('db'), (late + 1) / 1000), undefined);
  });
});
