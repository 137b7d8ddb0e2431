/**
 * The unified contact list as a front end sees it: a presence change of one of 1,000 or of 100,000 people goes through the
 * hub's rows, filter and order, the window, the link and the client, up to a subscriber of a window of 50.
 */
import {
  availabilityOrder,
  createClient,
  createHub,
  directLink,
  memoryBlobs,
  memorySecrets,
  memoryStore,
  remoteKey,
} from '@natter/core';
import type {
  AccountId,
  Client,
  Contact,
  ContactId,
  ContactPresence,
  Hub,
  PeopleQuery,
  Person,
  PersonId,
} from '@natter/core';
import { figure, middleRound, report, time, timeEach } from './lib/measure.ts';
import type { Figures } from './lib/measure.ts';

const availabilities = ['available', 'away', 'xa', 'dnd', 'offline'] as const;
const everybody: PeopleQuery = { filter: {}, sort: ['presence', 'recency', 'name'] };

let seed = 1;
/** A fixed sequence, so that runs can be compared. */
function random(below: number): number {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  return seed % below;
}

function contact(n: number): Contact {
  return {
    id: `c${n}` as ContactId,
    account: 'a0' as AccountId,
    key: remoteKey(`k${n}`),
    address: `somebody${n}@example.org`,
    name: `${'abcdefghijklmnopqrstuvwxyz'[random(26)]}${random(1e6)} surname ${random(1e6)}`,
    alias: null,
    groups: [],
    avatar: null,
    subscription: { to: 'granted', from: 'granted' },
    request: null,
    blocked: false,
    listed: true,
    stability: 'permanent',
    dormant: false,
    verified: [],
    bridge: null,
    person: `p${n}` as PersonId,
    home: `p${n}` as PersonId,
  };
}

function presence(): ContactPresence {
  const availability = availabilities[random(5)] ?? 'offline';
  return { availability, text: null, since: null, expiresAt: null, priority: 0, device: null, resources: {} };
}

async function makeHub(): Promise<{ hub: Hub; client: Client }> {
  const hub = await createHub({
    store: memoryStore(),
    secrets: memorySecrets(),
    blobs: memoryBlobs(),
    adapters: [],
  });
  return { hub, client: createClient(directLink(hub.handlers)) };
}

/** Puts the people in as the store's would be: in one frame. */
function fill({ profile }: Hub, contacts: readonly Contact[]): void {
  profile.frames.run(() => {
    for (const one of contacts) {
      profile.persons.set(one.person, {
        id: one.person,
        alias: null,
        contacts: [one.id],
        ordered: false,
        mergedInto: null,
      });
      profile.contacts.set(one.id, one);
      profile.presences.set(one.id, presence());
    }
  });
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

async function benchOneChange(): Promise<void> {
  const sizes = [1_000, 100_000] as const;
  const lists = await Promise.all(
    sizes.map(async (size) => {
      const { hub, client } = await makeHub();
      const contacts = Array.from({ length: size }, (_, n) => contact(n));
      fill(hub, contacts);
      let shown = 0;
      client.people({ ...everybody, offset: 0, limit: 50 }).rows$.subscribe(() => (shown += 1));
      await settled();
      const change = (count: number): Figures => {
        const changes = Array.from(
          { length: count },
          () => [`c${random(size)}` as ContactId, presence()] as const,
        );
        return timeEach(changes, ([id, value]) => hub.profile.presences.set(id, value));
      };
      change(20_000);
      return { change, shown: () => shown, close: () => hub.close() };
    }),
  );
  const rounds: Figures[][] = sizes.map(() => []);
  for (let round = 0; round < 7; round += 1)
    lists.forEach(({ change }, i) => rounds[i]?.push(change(10_000)));
  const [small, large] = rounds.map((all) => middleRound(all)) as [Figures, Figures];
  report('one presence change in 1,000 people, mean', figure(small.mean, 'us'));
  report('one presence change in 100,000 people, mean', figure(large.mean, 'us'), '<= 10 us');
  report('one presence change in 100,000 people, p99', figure(large.p99, 'us'), '<= 100 us');
  report('ratio of the means, 100,000 to 1,000', figure(large.mean / small.mean, 'x'), '<= 2x');
  if (lists.some(({ shown }) => shown() < 2)) throw new Error('The window was not told of any change.');
  await Promise.all(lists.map(({ close }) => close()));
}

async function benchFirstLook(): Promise<void> {
  const contacts = Array.from({ length: 100_000 }, (_, n) => contact(n));
  const windows: number[] = [];
  const snapshots: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const { hub, client } = await makeHub();
    fill(hub, contacts);
    globalThis.gc?.();
    const start = process.threadCpuUsage();
    const window = client.people({ ...everybody, offset: 0, limit: 50 });
    await new Promise<void>((resolve) => {
      window.rows$.subscribe(({ rows }) => rows.length === 50 && resolve());
    });
    windows.push(milliseconds(start));
    const begin = process.threadCpuUsage();
    await new Promise<void>((resolve) => {
      client.people$.subscribe((people: readonly Person[]) => people.length === 100_000 && resolve());
    });
    snapshots.push(milliseconds(begin));
    bare.push(time(() => sortBare(hub)));
    await hub.close();
  }
  report('first window of 50 out of 100,000', figure(Math.min(...windows), 'ms'), '<= 150 ms');
  report('for comparison: copying each row and sorting the array', figure(Math.min(...bare), 'ms'));
  report('ratio of the first window to that', figure(Math.min(...windows) / Math.min(...bare), 'x'));
  report('all 100,000 as one array, behind the window', figure(Math.min(...snapshots), 'ms'), '<= 400 ms');
}

/** What a program without live lists does for its first 50 people. */
function sortBare({ profile }: Hub): readonly Contact[] {
  const rows = Array.from(profile.contacts.entries(), ([id, one]) => {
    const { availability } = profile.presences.get(id) ?? presence();
    return { ...one, rank: availabilityOrder[availability], folded: (one.name ?? '').toLowerCase() };
  });
  rows.sort((a, b) => a.rank - b.rank || (a.folded < b.folded ? -1 : a.folded > b.folded ? 1 : 0));
  return rows.slice(0, 50);
}

function milliseconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(since);
  return (user + system) / 1000;
}

await benchOneChange();
await benchFirstLook();
