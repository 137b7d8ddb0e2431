import assert from 'node:assert/strict';
import type { RemoteKey } from '@natter/core';
import type { ConformanceCase } from '../case.ts';
import type { Driver } from '../driver.ts';
import { rejection } from '../check-error.ts';
import { changeRoom } from '../rooms.ts';
import { withDriver } from '../with-driver.ts';

/** What is set for a conversation, and the devices of the account. */
export const settingsCases: readonly ConformanceCase[] = [
  {
    name: 'settings: a message is pinned for everybody, and unpinned',
    needs: { support: ['pin', 'direct'] },
    run: withDriver(async (driver) => {
      const [conversation, message] = await heard(driver, 'remember this');
      const pins = (): readonly RemoteKey[] => driver.ledger.conversations.get(conversation)?.pins ?? [];
      await changeRoom(driver, conversation, { action: 'pin', message: { stable: message } });
      await driver.until('the pin', () => pins().includes(message));
      await changeRoom(driver, conversation, { action: 'unpin', message: { stable: message } });
      await driver.until('the pin is gone', () => !pins().includes(message));
    }),
  },
  {
    name: 'settings: messages vanish for everybody after the time that was set, and earlier ones stay',
    needs: { support: ['expiry', 'direct'] },
    run: withDriver(async (driver, { peer }) => {
      const [conversation] = await heard(driver, 'this stays');
      await changeRoom(driver, conversation, { action: 'expiry', after: 1000 });
      const told = (): unknown => driver.ledger.conversations.get(conversation)?.expiry ?? null;
      await driver.until('the time is told', () => told() === 1000);
      // A link that is down meanwhile may never show it: then it is gone all the same.
      await peer.send('this vanishes');
      await changeRoom(driver, conversation, { action: 'expiry', after: null });
      await driver.until('the end of it is told', () => told() === null);
      await driver.hear('this stays, too');
      await driver.until('it vanishes', () => driver.ledger.withText('this vanishes').length === 0);
      for (const text of ['this stays', 'this stays, too'])
        assert.equal(driver.ledger.withText(text).length, 1, `"${text}" did not stay`);
    }),
  },
  {
    name: 'search: the server finds what was said, and nothing for words that were not',
    needs: { support: ['search', 'direct'] },
    run: withDriver(async (driver) => {
      const [conversation, message] = await heard(driver, 'needles and haystacks');
      const ask = (text: string) =>
        driver.ask((signal) => driver.session.query('search', { text, limit: 10 }, signal));
      const { items } = await ask('haystacks');
      assert.deepEqual(
        items.map((item) => [item.conversation, item.message.stable]),
        [[conversation, message]],
      );
      assert.equal(items[0]?.message.content.text, 'needles and haystacks');
      assert.deepEqual((await ask('camels')).items, []);
    }),
  },
  {
    name: 'settings: the devices of the account are listed, this one among them, and an unknown one cannot be signed out',
    needs: { support: ['devices'] },
    run: withDriver(async (driver) => {
      const devices = await driver.ask((signal) => driver.session.query('devices', {}, signal));
      const [current, second] = devices.filter((device) => device.current);
      assert.ok(current !== undefined && second === undefined, 'exactly one is this one');
      assert.ok(current.connected, 'this one is connected');
      const asked = driver.session.query('revoke-device', 'no such device', AbortSignal.timeout(5000));
      const error = await rejection(asked);
      assert.ok(error.code === 'not-found' || error.retriable, `it rejected with ${error.code}`);
    }),
  },
];

/** The peer says something; where it came, and what the network calls it. */
async function heard(driver: Driver, text: string): Promise<readonly [RemoteKey, RemoteKey]> {
  await driver.hear(text);
  const [row] = driver.ledger.withText(text);
  assert.ok(row !== undefined && row.stable !== null, 'the network has no name for it');
  return [row.conversation, row.stable];
}
