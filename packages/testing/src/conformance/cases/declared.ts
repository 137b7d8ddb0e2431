import assert from 'node:assert/strict';
import { mintId, type InteractionSubject, type Outcome, type SupportKey } from '@natter/core';
import { fileAttachment } from '../../attachment.ts';
import type { ConformanceCase } from '../case.ts';
import { assertErrorData } from '../check-error.ts';
import { textBody, type Driver } from '../driver.ts';
import { TestHost } from '../host.ts';
import type { Peer } from '../setup.ts';
import { withDriver } from '../with-driver.ts';

const interactions: readonly (readonly [SupportKey, InteractionSubject])[] = [
  ['change-password', 'password'],
  ['unregister', 'unregister'],
];

/** A PNG of one pixel. */
const ONE_PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

/** What is declared and nothing else here asks for is there all the same. */
export const declaredCases: readonly ConformanceCase[] = [
  {
    name: 'declared: registration begins, or says that this server has none',
    needs: { support: ['register'] },
    async run({ adapter, account: { address, config } }) {
      const signal = AbortSignal.timeout(10_000);
      const account = mintId('account');
      const start = { purpose: 'register', address, config, account, deviceId: 'conformance' } as const;
      const interaction = adapter.login(start, new TestHost());
      const step = await interaction.next(null, signal);
      await interaction.cancel();
      if (step.kind !== 'failed') return;
      assertErrorData(step.error);
      // The address is taken, after all.
      assert.ok(step.error.code !== 'unsupported' && step.error.code !== 'internal', step.error.message);
    },
  },
  ...interactions.map(([key, about]): ConformanceCase => ({
    name: `declared: ${key} begins by asking the user`,
    needs: { support: [key] },
    run: withDriver(async (driver) => {
      const step = await driver.ask(async (signal) => {
        const interaction = driver.session.interact(about, null);
        const first = await interaction.next(null, signal);
        await interaction.cancel();
        return first;
      });
      assert.equal(step.kind, 'fields', `it began with "${step.kind}"`);
    }),
  })),
  {
    name: 'declared: our name is changed, or the server says why not',
    needs: { support: ['profile'] },
    run: withDriver(async (driver) => {
      const change = { action: 'name', name: 'Conformant' } as const;
      const outcome = await driver.perform({ type: 'profile', change }, null);
      // A server may have its own mind about names.
      if (outcome.result === 'refused') assert.equal(outcome.error.code, 'forbidden', outcome.error.message);
      else assertTaken(outcome);
    }),
  },
  {
    name: 'declared: our picture is set and taken away, or the server says why not',
    needs: { support: ['own-avatar'] },
    run: withDriver(async (driver) => {
      const bytes = Buffer.from(ONE_PIXEL, 'base64');
      const blob = mintId('blob');
      driver.host.blobs.set(blob, bytes);
      const picture = fileAttachment('me.png', bytes.length, { kind: 'image', mediaType: 'image/png', blob });
      for (const image of [picture, null]) {
        const outcome = await driver.perform({ type: 'profile', change: { action: 'avatar', image } }, null);
        if (outcome.result === 'refused')
          assert.equal(outcome.error.code, 'forbidden', outcome.error.message);
        else assertTaken(outcome);
      }
    }),
  },
  {
    name: 'declared: formatted text keeps its words',
    needs: { support: ['formatting', 'direct'] },
    run: withDriver(async (driver, { peer }) => {
      const formatted = ['this is ', { type: 'bold', children: ['important'] }] as const;
      const content = { kind: 'text', text: 'this is important', formatted } as const;
      assertTaken(await driver.perform({ ...textBody(''), content }));
      await arrives(driver, peer, 'important');
      for (const { content: shown } of driver.ledger.rows)
        assert.ok(shown.text.includes('important'), 'the plain text has lost words');
    }),
  },
  {
    name: 'declared: an answer in a thread arrives',
    needs: { support: ['thread', 'direct'] },
    run: withDriver(async (driver, { peer }) => {
      await driver.hear('what begins a thread');
      const [root] = driver.ledger.withText('what begins a thread');
      assert.ok(root?.stable, 'the network has no name for it');
      const body = { ...textBody('in the thread'), thread: { stable: root.stable } };
      assertTaken(await driver.perform(body, root.conversation));
      await arrives(driver, peer, 'in the thread');
      for (const row of driver.ledger.withText('in the thread'))
        assert.deepEqual(row.thread?.target, { stable: root.stable }, 'it is shown in no thread, or another');
    }),
  },
  {
    name: 'declared: that a message has reached the peer is told',
    needs: { support: ['receipts-delivered', 'direct'], peer: ['confirm'] },
    run: withDriver(async (driver, { peer }) => {
      assertTaken(await driver.say('did it arrive?'));
      await arrives(driver, peer, 'did it arrive?');
      const message = (await peer.received()).find(({ text }) => text === 'did it arrive?');
      await driver.witness(
        'the receipt',
        async () => peer.confirm?.(message?.id ?? ''),
        () =>
          driver.ledger.events.some(
            (event) => event.type === 'marker' && !event.who.self && event.kind === 'delivered',
          ),
      );
    }),
  },
];

function assertTaken(outcome: Outcome): void {
  assert.ok(outcome.result === 'accepted' || outcome.result === 'unconfirmed', JSON.stringify(outcome));
}

async function arrives(driver: Driver, peer: Peer, words: string): Promise<void> {
  await driver.until('the peer gets it', async () =>
    (await peer.received()).some(({ text }) => text.includes(words)),
  );
}
