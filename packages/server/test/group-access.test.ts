import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commands } from '../src/commands/table.ts';
import type { TestClient } from './support/client.ts';
import { startServer } from './support/server.ts';
import { makeStanding, people, standings } from './support/group.ts';
import type { Standing } from './support/group.ts';

/** Every request about a conversation, with what it is asked with; `victim` is a plain member. */
const requests: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  history: {},
  'conversation-get': {},
  send: { clientId: 'probe', body: { text: 'probe' } },
  edit: { seq: 1, body: { text: 'not mine' } },
  retract: { seq: 1 },
  react: { seq: 2, key: '!', on: true },
  mark: {},
  'conversation-update': { expiry: 60_000 },
  pin: { seq: 2, on: true },
  'group-invite': { address: 'newcomer' },
  'group-accept': {},
  'group-decline': {},
  'group-leave': {},
  'group-kick': { address: 'victim' },
  'group-ban': { address: 'victim' },
  'group-unban': { address: 'outlaw' },
  'group-role': { address: 'victim', role: 'admin' },
  'group-update': { title: 'another' },
};

const inside = ['owner', 'admin', 'member'] as const;
const ranked = ['owner', 'admin'] as const;

/** Who may; anybody inside who may not is told so, and whom the group does not concern learns nothing of it. */
const allowed: Readonly<Record<string, readonly Standing[]>> = {
  history: inside,
  'conversation-get': [...inside, 'invited'],
  send: inside,
  // Message 1 is the owner's.
  edit: ['owner'],
  retract: ['owner'],
  react: inside,
  mark: inside,
  'conversation-update': ranked,
  pin: ranked,
  'group-invite': ranked,
  'group-accept': [...inside, 'invited'],
  'group-decline': ['invited'],
  'group-leave': inside,
  'group-kick': ranked,
  'group-ban': ranked,
  'group-unban': ranked,
  'group-role': ['owner'],
  'group-update': ranked,
};

describe('access to a group', () => {
  it('is stated for every request that names a conversation', () => {
    const about = Object.keys(commands).filter(
      (type) => commands[type as keyof typeof commands].needs === 'conversation' || type.startsWith('group-'),
    );
    expect(Object.keys(requests).sort()).toEqual(
      [...about.filter((type) => type !== 'group-create'), 'mark', 'conversation-get'].sort(),
    );
    expect(Object.keys(allowed)).toEqual(Object.keys(requests));
  });

  it('follows the model, for every request and every standing', async () => {
    const server = await startServer();
    const all = await people(server.url);
    const pairs = Object.keys(requests).flatMap((type) =>
      standings.map((standing) => [type, standing] as const),
    );
    for (const [type, standing] of pairs) {
      const { conversation, probe } = await makeStanding(all, standing);
      const said = await ask(probe, type, conversation);
      const expected = (allowed[type] ?? []).includes(standing)
        ? 'done'
        : (inside as readonly Standing[]).includes(standing)
          ? 'forbidden'
          : 'not-found';
      expect(`${type} by ${standing}: ${said}`).toBe(`${type} by ${standing}: ${expected}`);
    }
  });

  it('is never won by trying: who is out hears and changes nothing, whatever they ask in whatever order', async () => {
    const server = await startServer();
    const all = await people(server.url);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<Standing>('stranger', 'declined', 'left', 'kicked', 'banned'),
        fc.array(fc.constantFrom(...Object.keys(requests)), { minLength: 1, maxLength: 12 }),
        async (standing, tried) => {
          const { conversation, probe, owner } = await makeStanding(all, standing);
          const before = await owner.request({ type: 'history', conversation });
          const [log] = (await probe.sync()).slice(-1);
          for (const type of tried) expect(await ask(probe, type, conversation)).toBe('not-found');
          await owner.request({ type: 'send', clientId: unique(), conversation, body: { text: 'secret' } });
          expect(await probe.sync(log?.position ?? 0)).toEqual([]);
          const after = await owner.request({ type: 'history', conversation });
          expect(after.messages.slice(0, -1)).toEqual(before.messages);
        },
      ),
      { numRuns: 25 },
    );
  });
});

let count = 0;
function unique(): string {
  count += 1;
  return `access-${count}`;
}

function ask(client: TestClient, type: string, conversation: string): Promise<string> {
  const marks = type === 'mark' ? { kind: 'read', marks: [{ conversation, seq: 1 }] } : { conversation };
  const fresh = type === 'send' ? { clientId: unique() } : {};
  return client.outcome({ ...requests[type], ...marks, ...fresh, type });
}
