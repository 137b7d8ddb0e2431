import { afterEach, describe, expect, test } from 'vitest';
import { startPair, type Pair } from '../support/pair.ts';
import type { Peer } from '../support/scripted-server.ts';

let pair: Pair;
let person: Pair['person'];

afterEach(() => pair.close());

async function online(managed = false): Promise<Peer> {
  pair = await startPair({ managed });
  ({ person } = pair);
  return pair.peer;
}

describe('stream management: acknowledged means stored', () => {
  const SM = 'urn:xmpp:sm:3';

  test('an acknowledgement waits for the commit, and the count goes into the same transaction', async () => {
    const peer = await online(true);
    let open: () => void = () => {};
    person.host.gate = new Promise((resolve) => (open = resolve));
    peer.write(
      `<message from='friend@localhost/x' type='chat' id='m1'><body>one</body></message><r xmlns='${SM}'/>`,
    );
    const early = await peer.take('a');
    const before = Number(early.attrs['h']);
    open();
    const later = await peer.take('a');
    expect(Number(later.attrs['h'])).toBeGreaterThan(before);
    const batch = person.host.batches.find(({ events }) => events[0]?.type === 'timeline')!;
    expect(JSON.parse(batch.state!['stream-management']!)).toMatchObject({
      id: 'sm1',
      handled: Number(later.attrs['h']),
    });
  });

  test('what could not be stored is never acknowledged, and ends the run', async () => {
    const peer = await online(true);
    peer.write(`<r xmlns='${SM}'/>`);
    await peer.take('a');
    const all = Number((await peer.take('a')).attrs['h']); // everything so far is stored
    const heard = peer.heard.length;
    const failure = Promise.reject(new Error('the disk is full'));
    failure.catch(() => {});
    person.host.gate = failure;
    peer.write(
      `<message from='friend@localhost/x' type='chat' id='m1'><body>one</body></message><r xmlns='${SM}'/>`,
    );
    expect(await person.ended).toMatchObject({ why: 'network' });
    await peer.gone();
    const told = [...peer.heard.slice(heard).matchAll(/<a [^>]*h="(\d+)"/g)].map(([, h]) => Number(h));
    expect(told.length).toBeGreaterThan(0);
    expect(Math.max(...told)).toBe(all);
  });

  test('what holds nothing to store is stored as progress before it is acknowledged', async () => {
    const peer = await online(true);
    peer.write(
      `<presence from='friend@localhost/x'/><presence from='friend@localhost/x'/><r xmlns='${SM}'/>`,
    );
    // Four answers of the beginning, and these two.
    let told = -1;
    while (told < 6) {
      told = Number((await peer.take('a')).attrs['h']);
      const stored = JSON.parse(person.host.stored.get('stream-management') ?? 'null') as { handled: number };
      expect(stored.handled).toBeGreaterThanOrEqual(told);
    }
  });

  test('a server that counts more than was sent loses the session', async () => {
    const peer = await online(true);
    peer.write(`<a xmlns='${SM}' h='100000'/>`);
    expect(await person.ended).toMatchObject({
      why: 'network',
      error: { condition: { condition: 'handled-count-too-high' } },
    });
    await peer.gone();
    expect(peer.heard).toMatch(
      /<handled-count-too-high xmlns="urn:xmpp:sm:3" h="100000" send-count="\d+"\/>/,
    );
    expect(person.host.stored.has('stream-management')).toBe(false); // XEP-0198 section 6: it is of no use any more
  });
});
