import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '@natter/core';
import type { Event, PersonId } from '@natter/core';
import { Bench, Script, key } from './support/scripted.ts';

/** What a user and their networks can do to people; numbers choose among the contacts there are. */
interface Step {
  readonly do: 'link' | 'unlink' | 'distinguish' | 'verify' | 'prefer';
  readonly of: readonly number[];
}

const names = ['a', 'b', 'c'];
const steps: fc.Arbitrary<readonly (readonly Step[])[]> = fc.array(
  // Steps of one group are asked for at the same time, and share a commit.
  fc.array(
    fc.record({
      do: fc.constantFrom('link', 'link', 'link', 'unlink', 'unlink', 'distinguish', 'verify', 'prefer'),
      of: fc.array(fc.nat(8), { minLength: 2, maxLength: 4 }),
    }) as fc.Arbitrary<Step>,
    { minLength: 1, maxLength: 3 },
  ),
  { maxLength: 12 },
);

async function populated(store = memoryStore()) {
  const scripts = ['one', 'two', 'three'].map((id) => new Script(id));
  const bench = await Bench.open(scripts, { store });
  for (const script of scripts)
    for (const name of names)
      await script.commit({
        events: [{ type: 'upsert', of: 'contact', key: key(name), value: { address: name } }],
      });
  return { bench, scripts, store };
}

async function take({ bench, scripts }: Awaited<ReturnType<typeof populated>>, step: Step): Promise<unknown> {
  const contacts = [...bench.hub.profile.contacts.entries()].map(([, contact]) => contact);
  const chosen = step.of.map((index) => contacts[index % contacts.length]!);
  const [a, b] = [chosen[0]!, chosen[1]!];
  switch (step.do) {
    case 'link':
      // By the ids of their first persons too: those go on to work.
      return bench.call('person.link', {
        persons: chosen.map(({ person, home }, index) => (index % 2 === 0 ? person : home)),
      });
    case 'unlink':
      return bench.call('person.unlink', { contact: a.id });
    case 'distinguish':
      return a.id === b.id ? null : bench.call('person.distinguish', { a: a.id, b: b.id });
    case 'verify': {
      const script = scripts[bench.accounts.indexOf(a.account)]!;
      const value = { verified: [`mailto:${b.key}`], name: String(step.of[1]) };
      return script.commit({ events: [{ type: 'upsert', of: 'contact', key: a.key, value }] });
    }
    case 'prefer':
      return bench.call('person.prefer', { person: a.person, contacts: [a.id, a.id] });
    default:
      return step.do satisfies never;
  }
}

function expectWhole({ hub: { profile } }: Bench, minted: ReadonlyMap<PersonId, string>): void {
  const seen = new Map<string, PersonId>();
  for (const [id, person] of profile.persons.entries()) {
    if (person.mergedInto !== null) expect(person.contacts).toEqual([]);
    for (const contact of person.contacts) {
      expect(seen.has(contact), 'a contact is in one person').toBe(false);
      seen.set(contact, id);
    }
  }
  for (const [id, contact] of profile.contacts.entries()) expect(seen.get(id)).toBe(contact.person);
  expect(seen.size).toBe(profile.contacts.size);
  // Whoever remembers the id of a person finds the person who has its contact now.
  for (const [home, id] of minted) {
    const contact = [...profile.contacts.entries()].find(([known]) => known === id)?.[1];
    if (!contact) continue;
    let person = profile.persons.get(home);
    for (let hops = 0; person?.mergedInto && hops < 20; hops += 1)
      person = profile.persons.get(person.mergedInto);
    expect(person?.id).toBe(contact.person);
  }
}

describe('people, whatever is linked and unlinked', () => {
  it('have every contact once, and keep their ids', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(3), async (groups, removed) => {
        const world = await populated();
        const { bench, store } = world;
        const minted = new Map(
          [...bench.hub.profile.contacts.entries()].map(([id, { home }]) => [home, id as string]),
        );
        for (const group of groups) {
          await Promise.allSettled(group.map((step) => take(world, step)));
          expectWhole(bench, minted);
        }
        if (removed < 3) {
          await bench.call('account.remove', { account: bench.accounts[removed]! });
          expectWhole(bench, minted);
        }
        const before = [...bench.hub.profile.persons.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1));
        await bench.hub.close();
        const again = await Bench.open(
          world.scripts.filter((_, index) => index !== removed),
          {
            store: store.reopen(),
          },
        );
        expect([...again.hub.profile.persons.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual(
          before,
        );
        await again.hub.close();
      }),
      { numRuns: 60 },
    );
  });

  it('that share an identity stay apart once the user has unlinked them', async () => {
    const { bench, scripts } = await populated();
    const value = { verified: ['mailto:a@example.org'] };
    const verified = { type: 'upsert', of: 'contact', key: key('a'), value } as const;
    await scripts[0]!.commit({ events: [verified] });
    await scripts[1]!.commit({ events: [verified] });
    const list = async () =>
      (await bench.call('people.list', { filter: {}, sort: [], offset: 0, limit: 99 })).total;
    expect(await list()).toBe(8);
    const contact = [...bench.hub.profile.contacts.entries()].find(([, row]) => row.key === 'a')![1];
    await bench.call('person.unlink', { contact: contact.id });
    await scripts[1]!.commit({ events: [{ ...verified, value: { ...value, name: 'A' } }] });
    expect(await list()).toBe(9);
    await bench.hub.close();
  });

  it('stay apart at the word of the user, also against a word of the network in the same commit', async () => {
    const { bench, scripts } = await populated();
    const verified = (name: string): Event => ({
      type: 'upsert',
      of: 'contact',
      key: key('a'),
      value: { verified: ['mailto:a@example.org'], name },
    });
    await scripts[0]!.commit({ events: [verified('A')] });
    const [one, two] = [...bench.hub.profile.contacts.entries()]
      .map(([, row]) => row)
      .filter((row) => row.key === 'a');
    await Promise.all([
      bench.call('person.distinguish', { a: one!.id, b: two!.id }),
      scripts[1]!.commit({ events: [verified('A')] }),
    ]);
    expect((await bench.call('people.list', { filter: {}, sort: [], offset: 0, limit: 99 })).total).toBe(9);
    await bench.hub.close();
  });
});
