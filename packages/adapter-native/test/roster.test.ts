import { describe, expect, test } from 'vitest';
import { until } from './support/host.ts';
import { scene } from './support/scene.ts';
import { emptyPage } from './support/scripted-server.ts';

describe('roster and presence', () => {
  const bob = {
    address: 'bob@test.example',
    name: 'Bob',
    groups: [],
    subscription: { to: 'granted', from: 'granted' },
    blocked: false,
  } as const;

  test('who is watched and not named is offline, also when the roster did not change', async () => {
    let asked: unknown;
    const { host, run, server } = await scene({
      roster: (frame) => {
        asked = frame.version;
        return frame.version === 3
          ? { version: 3, full: false, contacts: [], removed: [] }
          : { version: 3, full: true, contacts: [bob], removed: [] };
      },
    });
    await (await run().caughtUp()).stop();
    host.hints.length = 0;
    host.phases.length = 0;
    const running = await run().caughtUp();
    expect(asked).toBe(3);
    await until(() => host.hints.length > 0);
    expect(host.hints).toMatchObject([
      { key: 'bob@test.example', resource: null, presence: { availability: 'offline' } },
    ]);
    server.link.push({
      type: 'presence',
      address: bob.address,
      devices: [{ device: 'p', availability: 'away', since: 5 }],
    });
    server.link.push({ type: 'presence', address: bob.address, devices: [], lastSeen: 9 });
    await until(() => host.hints.length === 3);
    expect(host.hints.slice(1)).toMatchObject([
      { resource: 'p', presence: { availability: 'away', since: 5 } },
      { resource: 'p', presence: { availability: 'offline', since: 9 } },
    ]);
    await running.stop();
  });

  test('the picture of a contact is a file of the server, and is gone when it is not told', async () => {
    const { host, run, server } = await scene({
      roster: () => ({ version: 3, full: true, contacts: [{ ...bob, picture: 'f7' }], removed: [] }),
    });
    const running = await run().caughtUp();
    const pictures = (): unknown[] =>
      host.batches
        .flatMap(({ events }) => events)
        .flatMap((event) => (event.type === 'upsert' && event.of === 'contact' ? [event.value.avatar] : []));
    expect(pictures()).toEqual([{ hash: 'f7', remote: 'f7' }]);
    server.link.push({
      type: 'updates',
      cursor: 1,
      updates: [{ position: 1, kind: 'roster', version: 4, address: bob.address, contact: bob }],
    });
    await until(() => pictures().length === 2);
    expect(pictures()[1]).toBeNull();
    await running.stop();
  });

  test('a status that is too long is cut between characters', async () => {
    const { run, server } = await scene();
    const running = await run().caughtUp();
    const text = `${'x'.repeat(255)}😀`;
    running.session.signal({ type: 'presence', presence: { availability: 'away', text } });
    const told = () =>
      server.link.received.filter((frame) => frame.type === 'presence-set' && frame.availability === 'away');
    await until(() => told().length > 0);
    expect(told()).toMatchObject([{ text: 'x'.repeat(255) }]);
    await running.stop();
  });

  test('the log does not set back the copy that was read at sign-in', async () => {
    const { host, run, server } = await scene({
      roster: () => ({ version: 3, full: true, contacts: [bob], removed: [] }),
      sync: ({ after }) =>
        after === 0
          ? {
              updates: [{ kind: 'roster', position: 1, version: 2, address: bob.address, contact: null }],
              cursor: 1,
              head: 1,
              more: false,
            }
          : emptyPage(after),
    });
    const running = await run().caughtUp();
    expect(host.batches.flatMap(({ events }) => events).filter(({ type }) => type === 'remove')).toEqual([]);
    server.link.push({
      type: 'updates',
      updates: [{ kind: 'roster', position: 2, version: 4, address: bob.address, contact: null }],
      cursor: 2,
    });
    await until(() => host.cursors.get('account') === '2');
    expect(host.batches.at(-1)).toMatchObject({
      events: [{ type: 'remove', key: bob.address }],
      state: { roster: '4', 'watched:bob@test.example': null },
    });
    await running.stop();
  });

  test('a server that was set back to a backup gives the whole list', async () => {
    const { host, run, server } = await scene({
      roster: ({ version }) => ({
        version: 2,
        full: version === undefined,
        contacts: version === undefined ? [bob] : [],
        removed: [],
      }),
    });
    host.states.set('roster', '9');
    const running = await run().caughtUp();
    expect(server.link.received.filter(({ type }) => type === 'roster')).toHaveLength(2);
    expect(host.batches[0]?.events.map(({ type }) => type)).toEqual(['self', 'sweep', 'upsert', 'sweep']);
    expect(host.states.get('roster')).toBe('2');
    await running.stop();
  });

  test('whom we may not see is not called offline; whom we may see from now on is, until told', async () => {
    const { host, run, server } = await scene();
    const running = await run().caughtUp();
    server.link.push({ type: 'presence', address: bob.address, devices: [] });
    const pending = { ...bob, subscription: { to: 'pending', from: 'none' } } as const;
    const told = (position: number, contact: typeof bob | typeof pending): void =>
      server.link.push({
        type: 'updates',
        updates: [{ kind: 'roster', position, version: position, address: bob.address, contact }],
        cursor: position,
      });
    told(1, pending);
    await until(() => host.cursors.get('account') === '1', running.ended);
    expect(host.hints).toEqual([]);
    told(2, bob);
    await until(() => host.hints.length === 1, running.ended);
    told(3, pending);
    await until(() => host.hints.length === 2, running.ended);
    expect(host.hints).toMatchObject([
      { key: bob.address, presence: { availability: 'offline' } },
      { key: bob.address, presence: { availability: 'unknown' } },
    ]);
    await running.stop();
  });

  test('a list that the server cannot give leaves the account usable', async () => {
    const { host, run } = await scene({ roster: () => ({ code: 'unavailable' }) });
    const running = await run().caughtUp();
    expect(host.rosters).toEqual(['loading', 'failed']);
    await running.stop();
  });
});
