import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConversationId, MessageId } from '@natter/core';
import type { Needs } from '../conformance/case.ts';
import { assertNothingLeft, resources } from '../conformance/resources.ts';
import type { AdapterSetup } from '../conformance/setup.ts';
import { Chronicle } from './chronicle.ts';
import { saboteur } from './saboteur.ts';
import { TestProfile, type LinkForm } from './test-profile.ts';

/** One thing that the suite asks of a hub over an adapter. */
export interface ClientCase {
  readonly name: string;
  readonly needs?: Needs;
  /** Fails by throwing. */
  run(setup: AdapterSetup, form: LinkForm): Promise<void>;
}

/** What front ends see, over the real hub. */
export const clientCases: readonly ClientCase[] = [
  {
    name: 'promises: a conversation on a quiet line',
    needs: { support: ['direct'] },
    run: withProfile(async (profile) => {
      const chronicle = new Chronicle({ phone: profile });
      for (let round = 0; round < 10; round++) {
        await chronicle.say(profile);
        await chronicle.hear();
      }
      const { invoked, rows } = await chronicle.heal();
      assert.equal(invoked, 20);
      if (profile.setup.adapter.capabilities.catchUp !== 'none') assert.equal(rows, 20);
    }),
  },
  {
    name: 'promises: a conversation over a connection that is cut again and again',
    needs: { support: ['direct'], means: ['cut'] },
    run: withProfile(async (profile) => {
      const chronicle = new Chronicle({ phone: profile });
      for (let round = 0; round < 15; round++) {
        await chronicle.say(profile);
        if (round % 3 === 1) profile.setup.means?.cut?.();
        await chronicle.hear();
        if (round % 4 === 2) profile.setup.means?.cut?.();
      }
      await chronicle.heal();
    }),
  },
  {
    name: 'promises: answers to sends are lost',
    needs: { support: ['direct'], means: ['cut', 'loseAnswer'] },
    run: withProfile(async (profile) => {
      const chronicle = new Chronicle({ phone: profile });
      for (let round = 0; round < 6; round++) {
        profile.setup.means?.loseAnswer?.();
        profile.setup.means?.cut?.();
        await chronicle.say(profile);
        await chronicle.hear();
      }
      await chronicle.heal();
    }),
  },
  ...(['before', 'after', 'none'] as const).map((when): ClientCase => ({
    name: `promises: echoes come ${when === 'none' ? 'not at all' : `${when} the acknowledgement`}`,
    needs: { support: ['direct'], means: ['echo', 'cut'] },
    run: withProfile(async (profile) => {
      profile.setup.means?.echo?.(when);
      profile.setup.means?.cut?.();
      const chronicle = new Chronicle({ phone: profile });
      for (let round = 0; round < 6; round++) {
        await chronicle.say(profile);
        await chronicle.hear();
      }
      await chronicle.heal();
    }),
  })),
  ...(['duplicate', 'reorder'] as const).map((means): ClientCase => ({
    name: `promises: the network ${means}s what it tells`,
    needs: { support: ['direct'], means: [means, 'cut'], order: ['total', 'archive'] },
    run: withProfile(async (profile) => {
      profile.setup.means?.[means]?.();
      profile.setup.means?.cut?.();
      const chronicle = new Chronicle({ phone: profile });
      for (let round = 0; round < 12; round++) {
        await chronicle.hear();
        if (round % 3 === 0) await chronicle.say(profile);
      }
      await chronicle.heal();
    }),
  })),
  {
    name: 'promises: the hub is restarted in mid-conversation',
    needs: { support: ['direct'], catchUp: ['account', 'conversation'] },
    run: withProfile(async (profile) => {
      const chronicle = new Chronicle({ phone: profile });
      for (let round = 0; round < 5; round++) {
        await chronicle.say(profile);
        await chronicle.hear();
        if (round % 2 === 0) await profile.restart();
        await chronicle.hear();
      }
      await chronicle.heal();
    }),
  },
  {
    name: 'promises: two devices of one account come to the same history',
    needs: { support: ['direct', 'own-echo'], order: ['total', 'archive'] },
    run: withProfile(async (phone, form) => {
      const desk = await TestProfile.open(phone.setup, form);
      try {
        const chronicle = new Chronicle({ phone, desk });
        for (let round = 0; round < 8; round++) {
          await chronicle.say(round % 2 === 0 ? phone : desk);
          // Two devices have no order between them but that of the network.
          await chronicle.settled();
          await chronicle.hear();
          if (round % 3 === 1) phone.setup.means?.cut?.();
        }
        await chronicle.heal();
      } finally {
        await desk.close();
      }
    }),
  },
  {
    name: 'promises: a profile that is closed leaves nothing open',
    async run(setup, form) {
      await (await TestProfile.open(setup, form)).close();
      await sleep(50);
      const before = resources();
      for (let count = 0; count < 3; count++) {
        const profile = await TestProfile.open(setup, form);
        await setup.peer.send('hello');
        setup.means?.cut?.();
        await profile.close();
      }
      await assertNothingLeft(before);
    },
  },
  {
    name: 'promises: an account whose adapter breaks every rule harms no other',
    needs: { support: ['direct'] },
    async run(setup, form) {
      const broken = saboteur();
      const profile = await TestProfile.open(setup, form, [broken]);
      const chronicle = new Chronicle({ phone: profile });
      try {
        const { account } = await profile.client.call('account.add', {
          network: 'saboteur',
          address: 'x',
          config: {},
        });
        assert.notEqual(account, null, 'the broken account was not added');
        chronicle.note({ type: 'fault', account: 'saboteur', active: true });
        const watch = watchAccount(profile, chronicle);
        for (let round = 0; round < 10; round++) {
          await chronicle.say(profile);
          await chronicle.hear();
          await sleep(10);
        }
        await chronicle.heal();
        await profile.waiting.until('every kind of sabotage', () => broken.runs > 7);
        await chronicle.heal();
        watch.unsubscribe();
      } finally {
        await profile.close();
      }
    },
  },
  {
    name: 'identity: a contact that is renamed keeps its ids, its conversation and its messages',
    needs: { means: ['renamePeer'] },
    run: withProfile(async (profile) => {
      const before = await greeted(profile, 'before');
      const [contact] = await profile.client.call('contact.list', {});
      const { to } = profile.setup.means?.renamePeer?.() ?? assert.fail();
      await profile.waiting.until('the contact has its new key', async () => {
        const contacts = await profile.client.call('contact.list', {});
        return contacts.some(({ id, key }) => id === contact?.id && key === to);
      });
      assert.deepEqual(await greeted(profile, 'before', before.conversation), before);
      await profile.setup.peer.send('after');
      assert.equal((await profile.row('after', before.conversation)).conversation, before.conversation);
    }),
  },
  {
    name: 'identity: a conversation that gets another key keeps its id and its messages',
    needs: { means: ['rekeyConversation'] },
    run: withProfile(async (profile) => {
      const before = await greeted(profile, 'before');
      const { to } = profile.setup.means?.rekeyConversation?.() ?? assert.fail();
      await profile.waiting.until('the conversation has its new key', async () => {
        return (
          (await profile.client.call('conversation.get', { conversation: before.conversation })).key === to
        );
      });
      await profile.setup.peer.send('after');
      assert.equal((await profile.row('after', before.conversation)).conversation, before.conversation);
      assert.deepEqual(await greeted(profile, 'before', before.conversation), before);
    }),
  },
  {
    name: 'identity: a message that gets its final id keeps its own',
    needs: { means: ['sendUnsettled'] },
    run: withProfile(async (profile) => {
      const settle = profile.setup.means?.sendUnsettled?.('provisional') ?? assert.fail();
      const { id } = await profile.row('provisional');
      const { to } = settle();
      await profile.waiting.until('the message has its final id', async () => {
        return (await profile.client.call('message.get', { message: id })).stable === to;
      });
      assert.equal((await profile.row('provisional')).id, id);
    }),
  },
  {
    name: 'identity: a message that could not be read heals in its place',
    needs: { means: ['sendLocked'] },
    run: withProfile(async (profile) => {
      const unlock = profile.setup.means?.sendLocked?.('the secret') ?? assert.fail();
      await profile.waiting.until('it arrives', async () => (await profile.rows(profile.direct)).length > 0);
      const [locked] = await profile.rows(profile.direct);
      assert.equal(locked?.content.kind, 'undecryptable');
      unlock();
      assert.equal((await profile.row('the secret')).id, locked?.id);
      const hits = await profile.client.call('history.search', { text: 'secret' });
      assert.deepEqual(
        hits.map(({ id }) => id),
        [locked?.id],
      );
    }),
  },
];

/** Everything that goes wrong in the healthy account while the other is broken is the other's doing. */
function watchAccount(profile: TestProfile, chronicle: Chronicle): { unsubscribe(): void } {
  const harmless = new Set(['online', 'connecting', 'authenticating', 'syncing']);
  return profile.client.accounts$.subscribe((accounts) => {
    const own = accounts.find(({ id }) => id === profile.account);
    if (own === undefined || harmless.has(own.state.phase)) return;
    // A connection that the setup itself keeps cutting is no incident.
    if (own.state.phase === 'waiting' && own.state.error.code === 'network') return;
    chronicle.note({ type: 'incident', account: 'account', what: `it is ${own.state.phase}` });
  });
}

async function greeted(
  profile: TestProfile,
  text: string,
  known?: ConversationId,
): Promise<{ id: MessageId; conversation: ConversationId }> {
  if (known === undefined) await profile.setup.peer.send(text);
  const { id, conversation } = await profile.row(text, known);
  return { id, conversation };
}

function withProfile(body: (profile: TestProfile, form: LinkForm) => Promise<void>): ClientCase['run'] {
  return async (setup, form) => {
    const profile = await TestProfile.open(setup, form);
    try {
      await body(profile, form);
    } finally {
      await profile.close();
    }
  };
}
