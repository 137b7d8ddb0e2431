import type { ContactId, PersonId, RemoteKey } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { expect, it } from 'vitest';
import { PersonLinks } from '../src/commands/backup/person-links.ts';

/** Contacts `k0`, `k1`, ... of one account, each a person of its own at first; and what was asked. */
function scriptedLink(count: number): { link: Pick<ClientLink, 'call'>; asked: string[] } {
  const asked: string[] = [];
  const people = new Map(Array.from({ length: count }, (_, index) => [`p${index}`, [`c${index}`]]));
  const answer = (method: string, params: { persons?: readonly string[] }): unknown => {
    asked.push([method, ...(params.persons ?? [])].join(' '));
    const [kept = '', ...others] = params.persons ?? [];
    if (method === 'person.link') {
      people.set(
        kept,
        [kept, ...others].flatMap((person) => people.get(person) ?? []),
      );
      return { id: kept, contacts: people.get(kept)?.map((id) => ({ id })) };
    }
    return Array.from({ length: count }, (_, index) => ({
      id: `c${index}` as ContactId,
      key: `k${index}` as RemoteKey,
      person: `p${index}` as PersonId,
    }));
  };
  return {
    link: { call: (async (...call: [string, object]) => answer(...call)) as ClientLink['call'] },
    asked,
  };
}

it('reads the contacts once, however many people a backup has, and knows who was linked meanwhile', async () => {
  const { link, asked } = scriptedLink(6);
  const account = { network: 'native', address: 'me@here' };
  const links = new PersonLinks(link, new Map([['native/me@here', 'a1' as never]]));
  const person = (...keys: string[]) =>
    links.link(keys.map((key) => ({ ...account, key: key as RemoteKey })));
  await person('k0', 'k1');
  await person('k2', 'k3', 'unknown');
  await person('k1', 'k4');
  await person('k0', 'k4'); // one already
  await person('k5', 'unknown');
  expect(asked).toEqual(['contact.list', 'person.link p0 p1', 'person.link p2 p3', 'person.link p0 p4']);
});
