import assert from 'node:assert/strict';
import { mintId, type Event, type Op, type RemoteKey } from '@natter/core';
import type { ConformanceCase } from '../case.ts';
import { textBody, type Driver } from '../driver.ts';
import { openRoom } from '../rooms.ts';
import { withDriver } from '../with-driver.ts';

/** Names change, and names are forged: who said what stays true. */
export const identityCases: readonly ConformanceCase[] = [
  {
    name: 'identity: a contact that is renamed in mid-conversation stays the same contact',
    needs: { means: ['renamePeer'] },
    run: withDriver(async (driver, { means, peer }) => {
      await driver.hear('before');
      await driver.say('to you');
      const runs = driver.endings.length;
      const { from, to } = means?.renamePeer?.() ?? assert.fail();
      if (!(await rekeyed(driver, 'contact', { from, to, runs }))) return;
      await driver.hear('after');
      assert.equal(driver.ledger.withText('after')[0]?.sender.contact, to);
      // The conversation is told of by itself: a connection that broke in between may have swallowed it.
      if (!driver.keeps && driver.endings.length > runs) return;
      const conversations = new Set(
        ['before', 'after'].map((text) => driver.ledger.withText(text)[0]?.conversation),
      );
      assert.equal(conversations.size, 1, 'the conversation broke in two');
      await driver.say('still to you', driver.direct);
      await driver.until('the peer gets it', async () =>
        (await peer.received()).some(({ text }) => text === 'still to you'),
      );
    }),
  },
  {
    name: 'identity: a participant that is renamed in mid-conversation stays the same participant',
    needs: { means: ['renamePeer'] },
    run: withDriver(async (driver, { means }) => {
      await driver.hear('before');
      const runs = driver.endings.length;
      const { from, to } = means?.renamePeer?.() ?? assert.fail();
      if (!(await rekeyed(driver, 'participant', { from, to, runs }))) return;
      await driver.hear('after');
      const senders = new Set(['before', 'after'].map((text) => driver.ledger.withText(text)[0]?.sender.key));
      assert.deepEqual([...senders], [to]);
    }),
  },
  {
    name: 'identity: a conversation that gets another key goes on',
    needs: { means: ['rekeyConversation'] },
    run: withDriver(async (driver, { means, peer }) => {
      await driver.hear('before');
      const runs = driver.endings.length;
      const { from, to } = means?.rekeyConversation?.() ?? assert.fail();
      if (!(await rekeyed(driver, 'conversation', { from, to, runs }))) return;
      await driver.hear('after');
      await driver.say('and on', to);
      await driver.until('the peer gets it', async () =>
        (await peer.received()).some(({ text }) => text === 'and on'),
      );
      const conversations = new Set(
        ['before', 'after'].map((text) => driver.ledger.withText(text)[0]?.conversation),
      );
      assert.deepEqual([...conversations], [to]);
    }),
  },
  {
    name: 'identity: a message that gets its final id is the same message',
    needs: { means: ['sendUnsettled'] },
    run: withDriver(async (driver, { means }) => {
      const settle = means?.sendUnsettled?.('provisional') ?? assert.fail();
      await driver.until('it arrives', () => driver.ledger.withText('provisional').length > 0);
      const runs = driver.endings.length;
      const { from, to } = settle();
      await rekeyed(driver, 'message', { from, to, runs });
      const rows = driver.ledger.withText('provisional');
      assert.deepEqual(
        rows.map(({ stable }) => stable),
        [to],
      );
    }),
  },
  {
    name: 'identity: a direct conversation is born with its first message',
    needs: { support: ['direct'] },
    run: withDriver(async (driver, { peer, adapter }) => {
      const outcome = await driver.say('the first', { direct: peer.key });
      if (adapter.capabilities.resend === 'never') return;
      assert.ok(outcome.result === 'accepted' && outcome.conversation !== undefined, 'its key was not told');
      await driver.say('the second', outcome.conversation);
      await driver.until('the peer gets both', async () => (await peer.received()).length === 2);
      await driver.hear('an answer');
      assert.equal(driver.ledger.withText('an answer')[0]?.conversation, outcome.conversation);
    }),
  },
  {
    name: 'identity: a forged echo is not ours and hides nothing',
    needs: { support: ['direct'] },
    run: withDriver(async (driver, { peer }) => {
      const op: Op = {
        id: mintId('operation'),
        conversation: driver.direct,
        attempt: 0,
        memo: null,
        body: textBody('the real one'),
      };
      await driver.hear('the forged one', () => peer.send('the forged one', { claimed: op.id }));
      const [forged] = driver.ledger.withText('the forged one');
      assert.equal(forged?.sender.self, false, 'it passes for ours');
      assert.equal(forged?.operation, null, 'it names our operation');
      await driver.carry(op);
      await driver.until('the peer gets ours', async () =>
        (await peer.received()).some(({ text }) => text === 'the real one'),
      );
      assert.equal(driver.ledger.withText('the forged one').length, 1, 'the forged one went');
    }),
  },
  {
    name: 'identity: an id that two senders chose is two messages',
    needs: { means: ['sendAsThird'], support: ['groups', 'create-room', 'invite'], peer: ['join', 'heard'] },
    run: withDriver(async (driver, { peer, means }) => {
      const room = await openRoom(driver, { action: 'create', name: 'crowd', kind: 'channel', invite: [] });
      await peer.join?.(room);
      let tries = 0;
      await driver.witness(
        'both',
        async () => {
          // A new id for each try: the network itself takes the same one of the same sender only once.
          const claimed = `same-id-${++tries}`;
          await peer.send('first', { room, claimed });
          means?.sendAsThird?.(room, 'second', claimed);
        },
        () => ['first', 'second'].every((text) => driver.ledger.withText(text).length > 0),
      );
      const senders = ['first', 'second'].map((text) => driver.ledger.withText(text)[0]?.sender.key);
      assert.equal(new Set(senders).size, 2);
    }),
  },
];

/** Waits for it: false when it was swallowed, as a broken connection does where nothing is kept for who was away. */
async function rekeyed(
  driver: Driver,
  of: Extract<Event, { type: 'rekey' }>['of'],
  { from, to, runs }: { from: RemoteKey; to: RemoteKey; runs: number },
): Promise<boolean> {
  const told = (): boolean =>
    driver.ledger.events.some(
      (event) => event.type === 'rekey' && event.of === of && event.from === from && event.to === to,
    );
  const swallowed = (): boolean => !driver.keeps && driver.endings.length > runs;
  await driver.until(`the ${of} ${from} is called ${to}`, () => told() || swallowed());
  return told();
}
