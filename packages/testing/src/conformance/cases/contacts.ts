import assert from 'node:assert/strict';
import type { ContactIn } from '@natter/core';
import type { ConformanceCase } from '../case.ts';
import { Driver } from '../driver.ts';
import type { AdapterSetup, Peer } from '../setup.ts';
import { withDriver } from '../with-driver.ts';

/** The contact list, requests, presence, typing, profiles. */
export const contactCases: readonly ConformanceCase[] = [
  {
    name: 'contacts: the list is told to be ready',
    needs: { support: ['roster'] },
    run: withDriver(async (driver) => {
      await driver.until('the list is ready', () => driver.host.rosterState === 'ready');
    }),
  },
  {
    name: 'contacts: one that is added asks, and is granted when the peer agrees',
    needs: { support: ['roster-edit', 'subscriptions'], peer: ['answer'] },
    run: withDriver(async (driver, { peer }) => {
      await add(driver, peer);
      await driver.until('the question is open', () => entry(driver, peer)?.subscription?.to === 'pending');
      await peer.answer?.(true);
      await driver.until('the peer agrees', () => entry(driver, peer)?.subscription?.to === 'granted');
      assert.equal(entry(driver, peer)?.address, peer.address);
    }),
  },
  {
    name: 'contacts: a request comes with its text and can be accepted',
    needs: { support: ['subscriptions'], peer: ['request'] },
    run: withDriver(async (driver, { peer }) => {
      await peer.request?.('it is me');
      await driver.until('the request', () => entry(driver, peer)?.subscription?.from === 'pending');
      await driver.perform({ type: 'roster', change: { action: 'accept', contact: peer.key } }, null);
      await driver.until('it is granted', () => entry(driver, peer)?.subscription?.from === 'granted');
    }),
  },
  {
    name: 'contacts: a request can be denied',
    needs: { support: ['subscriptions'], peer: ['request'] },
    run: withDriver(async (driver, { peer }) => {
      await peer.request?.('please');
      await driver.until('the request', () => entry(driver, peer)?.subscription?.from === 'pending');
      await driver.perform({ type: 'roster', change: { action: 'deny', contact: peer.key } }, null);
      const settled = (): boolean =>
        ['denied', 'none', undefined].includes(entry(driver, peer)?.subscription?.from);
      await driver.until('it is denied', settled);
    }),
  },
  {
    name: 'contacts: the alias and the groups are kept, also over a reconnect',
    // Kept by the server: a list that natter keeps itself is in the adapter's own state.
    needs: { support: ['roster', 'roster-edit', 'roster-groups'] },
    async run(setup) {
      const { peer } = setup;
      const driver = await Driver.start(setup);
      await add(driver, peer);
      const change = { contact: peer.key, alias: 'Bobby', groups: ['friends', 'work'] } as const;
      await driver.perform({ type: 'roster', change: { action: 'rename', ...change } }, null);
      await driver.perform({ type: 'roster', change: { action: 'groups', ...change } }, null);
      await driver.until('the change', () => entry(driver, peer)?.alias === 'Bobby');
      await driver.stop();
      const again = await Driver.start(setup);
      await again.until('the list', () => entry(again, peer)?.alias === 'Bobby');
      assert.deepEqual([...(entry(again, peer)?.groups ?? [])].toSorted(), ['friends', 'work']);
      await again.stop();
    },
  },
  {
    name: 'contacts: the alias and the groups outlive a restart, whoever keeps the list',
    needs: { support: ['roster-edit', 'roster-groups'] },
    async run(setup) {
      const { peer } = setup;
      const driver = await Driver.start(setup);
      await add(driver, peer);
      const change = { contact: peer.key, alias: 'Bobby', groups: ['friends', 'work'] } as const;
      await driver.perform({ type: 'roster', change: { action: 'rename', ...change } }, null);
      await driver.perform({ type: 'roster', change: { action: 'groups', ...change } }, null);
      const kept = (of: Driver): boolean =>
        entry(of, peer)?.alias === 'Bobby' &&
        [...(entry(of, peer)?.groups ?? [])].toSorted().join() === 'friends,work';
      await driver.until('the change', () => kept(driver));
      await driver.stop();
      await restarted(setup, driver, async (again) => {
        await again.until('the list', () => kept(again));
        await again.hear('still a friend');
        assert.ok(kept(again), 'a restart lost the alias or the groups');
      });
    },
  },
  {
    name: 'contacts: one that is removed stays gone over a restart, whoever keeps the list',
    needs: { support: ['roster-edit'] },
    async run(setup) {
      const { peer } = setup;
      const driver = await Driver.start(setup);
      await add(driver, peer);
      await driver.until('it is listed', () => isListed(driver, peer));
      await driver.perform({ type: 'roster', change: { action: 'remove', contact: peer.key } }, null);
      await driver.until('it is gone', () => !isListed(driver, peer));
      await driver.stop();
      await restarted(setup, driver, async (again) => {
        await again.until('the list is ready', () => again.host.rosterState === 'ready');
        assert.ok(!isListed(again, peer), 'a restart brought a removed contact back');
      });
    },
  },
  {
    name: 'contacts: one that is removed is gone, also when that happened while we were away',
    needs: { support: ['roster', 'roster-edit'] },
    async run(setup) {
      const stale = await listed(setup);
      const driver = await Driver.start(setup);
      await driver.perform({ type: 'roster', change: { action: 'remove', contact: setup.peer.key } }, null);
      await driver.until('it is gone', () => entry(driver, setup.peer) === undefined);
      await driver.stop();
      const again = await Driver.start(setup, { from: stale.ledger });
      const gone = (): boolean => {
        const events = again.ledger.events.slice(stale.ledger.events.length);
        if (
          events.some(
            (event) => event.type === 'remove' && event.of === 'contact' && event.key === setup.peer.key,
          )
        )
          return true;
        const swept = events.findIndex(
          (event) => event.type === 'sweep' && event.of === 'contact' && event.end,
        );
        const before = events.slice(0, swept);
        return (
          swept >= 0 &&
          !before.some(
            (event) =>
              event.type === 'upsert' &&
              event.of === 'contact' &&
              event.key === setup.peer.key &&
              event.value.listed !== false,
          )
        );
      };
      await again.until('the list without it', gone);
      await again.stop();
    },
  },
  {
    name: 'contacts: one that is blocked cannot write, until it is unblocked',
    needs: { support: ['block', 'roster-edit'] },
    run: withDriver(async (driver, { peer, adapter }) => {
      await add(driver, peer);
      await driver.perform({ type: 'roster', change: { action: 'block', contact: peer.key } }, null);
      await driver.until('it is blocked', () => entry(driver, peer)?.blocked === true);
      // Networks differ in whether a blocked sender is told; the message must not come either way.
      await peer.send('let me in').catch(() => {});
      const came = (): number => driver.ledger.withText('let me in').length;
      await driver.perform({ type: 'roster', change: { action: 'unblock', contact: peer.key } }, null);
      await driver.until('it is unblocked', () => {
        const blocked = entry(driver, peer)?.blocked === true;
        if (blocked) assert.equal(came(), 0, 'it came while its sender was blocked');
        return !blocked;
      });
      await driver.hear('thank you');
      // Where blocking is declared as partial, what was said meanwhile may come once its sender is let in.
      if (adapter.capabilities.support.block === 'full') assert.equal(came(), 0);
    }),
  },
  {
    name: 'contacts: the presence of who lets us see it, and its text',
    needs: { support: ['presence', 'roster-edit'], peer: ['answer', 'appear'] },
    run: withDriver(async (driver, { peer, adapter }) => {
      await befriend(driver, peer);
      const text = adapter.capabilities.support['presence-text'] === 'full' ? 'gone fishing' : null;
      const seen = (): boolean =>
        driver.host.hints.some((hint) => {
          if (hint.type !== 'presence' || hint.key !== peer.key) return false;
          return hint.presence?.availability === 'away' && (text === null || hint.presence.text === text);
        });
      await driver.witness('the peer is away', async () => peer.appear?.('away', 'gone fishing'), seen);
    }),
  },
  {
    name: 'contacts: our presence, as the peer sees it',
    needs: { support: ['presence-own', 'subscriptions'], peer: ['request', 'sees'] },
    run: withDriver(async (driver, { peer }) => {
      await peer.request?.('hello');
      await driver.until('the request', () => entry(driver, peer)?.subscription?.from === 'pending');
      await driver.perform({ type: 'roster', change: { action: 'accept', contact: peer.key } }, null);
      const show = async (): Promise<void> =>
        driver.session.signal({ type: 'presence', presence: { availability: 'dnd', text: 'busy' } });
      await driver.witness(
        'the peer sees it',
        show,
        async () => (await peer.sees?.())?.availability === 'dnd',
      );
    }),
  },
  {
    name: 'contacts: typing is told, with a time to forget it',
    needs: { support: ['typing'], peer: ['typing'] },
    run: withDriver(async (driver, { peer }) => {
      await driver.hear('wait');
      const seen = (): boolean =>
        driver.host.hints.some(
          (hint) =>
            hint.type === 'typing' &&
            hint.key === peer.key &&
            hint.active &&
            hint.expiresAt > Date.now() - 60_000,
        );
      await driver.witness('the peer types', async () => peer.typing?.(true), seen);
    }),
  },
  {
    name: 'contacts: an address is resolved, and one that nobody has is not',
    needs: { support: ['direct'] },
    run: withDriver(async (driver, { peer }) => {
      await driver.ready();
      const found = await driver.ask((signal) => driver.session.query('resolve', peer.address, signal));
      assert.equal(found?.contact, peer.key);
    }),
  },
];

function entry(driver: Driver, peer: Peer): ContactIn | undefined {
  return driver.ledger.contacts.get(peer.key);
}

function isListed(driver: Driver, peer: Peer): boolean {
  const contact = entry(driver, peer);
  return contact !== undefined && contact.listed !== false;
}

/** The same account in a new session, with what the store of the former one held. */
async function restarted(
  setup: AdapterSetup,
  before: Driver,
  look: (driver: Driver) => Promise<void>,
): Promise<void> {
  const driver = await Driver.start(setup, { from: before.ledger });
  try {
    await look(driver);
  } finally {
    await driver.stop();
  }
}

async function add(driver: Driver, peer: Peer): Promise<void> {
  const change = { action: 'add', address: peer.address, text: 'hello' } as const;
  const outcome = await driver.perform({ type: 'roster', change }, null);
  assert.equal(outcome.result, 'accepted');
  await driver.until('it is listed', () => entry(driver, peer) !== undefined);
}

async function befriend(driver: Driver, peer: Peer): Promise<void> {
  await add(driver, peer);
  await peer.answer?.(true);
  await driver.until('the peer agrees', () => entry(driver, peer)?.subscription?.to === 'granted');
}

/** A store that has the peer on its list. */
async function listed(setup: AdapterSetup): Promise<Driver> {
  const driver = await Driver.start(setup);
  await add(driver, setup.peer);
  await driver.stop();
  return driver;
}
