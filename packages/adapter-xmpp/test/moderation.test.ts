import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeServer, startProsody, type ProsodyServer } from '@natter/e2e';
import type { Outcome, PatchEvent, RoomChange } from '@natter/core';
import type { RemoteKey } from '@natter/core/model';
import { createXmppAdapter } from '../src/index.ts';
import { Person } from './support/recording-host.ts';

describeServer('moderated rooms', 'prosody-sid', () => {
  let server: ProsodyServer;
  let people: Person[] = [];

  beforeAll(async () => {
    const modules = 'modules_enabled = { "muc_mam", "muc_moderation" }';
    server = await startProsody({ release: 'sid', extra: `Component "rooms.localhost" "muc"\n${modules}` });
  });
  afterEach(async () => {
    await Promise.all(people.map((person) => person.stop()));
    people = [];
  });
  afterAll(() => server?.stop());

  async function person(name: string): Promise<Person> {
    const config = { server: `127.0.0.1:${server.port}`, ca: server.ca.certificate };
    const address = server.addUser({ name, password: 'secret' });
    const created = new Person(createXmppAdapter(), address, 'secret', config);
    people.push(created);
    return created.online();
  }
  const change = (who: Person, what: RoomChange, room: RemoteKey | null = null): Promise<Outcome> =>
    who.perform(who.op(room, { type: 'room', change: what }));
  const removal = (who: Person): PatchEvent | undefined =>
    who.host.events.find((event): event is PatchEvent => event.type === 'patch');

  test('who keeps order removes what another said, and all see that it was them (XEP-0425)', async () => {
    const [owner, guest] = await Promise.all([person('owner'), person('guest')]);
    const create = { action: 'create', name: 'Hall', kind: 'channel', invite: [] } as const;
    const created = await change(owner, create);
    const room = ('conversation' in created ? created.conversation : undefined) ?? owner.key;
    await change(guest, { action: 'join', address: room });
    const content = { kind: 'text', text: 'spam' } as const;
    const said = { type: 'send', content, replyTo: null, thread: null, mentions: [] } as const;
    await guest.perform(guest.op(room, said));
    const heard = await owner.host.until('spam', () =>
      owner.host.messages.find((message) => message.content.text === 'spam'),
    );
    const retract = { type: 'retract', target: { stable: heard.stable! }, reason: 'no adverts' } as const;
    expect(await owner.perform(owner.op(room, retract))).toMatchObject({ result: 'accepted' });
    for (const who of [owner, guest])
      expect(
        await who.host.until('the removal', () =>
          removal(who)?.change.kind === 'retract' ? removal(who) : undefined,
        ),
      ).toMatchObject({
        by: { key: room },
        target: { stable: heard.stable },
        change: { reason: 'no adverts', moderator: true },
      });
  });

  test('a direct invitation leads into the room (XEP-0249)', async () => {
    const [host, friend] = await Promise.all([person('host'), person('friend')]);
    const created = await change(host, {
      action: 'create',
      name: 'Party',
      kind: 'channel',
      invite: [friend.key],
    });
    const room = ('conversation' in created ? created.conversation : undefined) ?? host.key;
    await friend.host.until('the invitation', () =>
      friend.host.events.find(
        (event) => event.type === 'upsert' && event.of === 'conversation' && event.value.state === 'invited',
      ),
    );
    expect(await change(friend, { action: 'accept-invitation' }, room)).toMatchObject({ result: 'accepted' });
  });
});
