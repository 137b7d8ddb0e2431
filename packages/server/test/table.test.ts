import { requestSchemas } from '@natter/native-protocol';
import { describe, expect, it } from 'vitest';
import { commands } from '../src/commands/table.ts';
import { TestClient } from './support/client.ts';
import { startServer } from './support/server.ts';

/** A frame of each type that its schema takes, to be refused for want of a sign-in and for nothing else. */
const sample: Readonly<Record<string, unknown>> = {
  address: 'bob',
  role: 'admin',
  file: 'f1',
  name: 'x',
  mediaType: 'text/plain',
  size: 1,
  title: 'x',
  availability: 'away',
  body: { text: 'x' },
  clientId: 'k',
  conversation: 'c1',
  device: 'd1',
  key: 'x',
  marks: [{ conversation: 'c1', seq: 1 }],
  newPassword: 'x',
  oldPassword: 'x',
  password: 'x',
  on: true,
  after: 0,
  seq: 1,
  expiry: 0,
  query: 'x',
  picture: '',
};

describe('the table of commands', () => {
  it('has exactly the requests of the protocol', () => {
    expect(Object.keys(commands).sort()).toEqual(Object.keys(requestSchemas).sort());
  });

  it('lets nobody do anything without a sign-in, but what leads to one', async () => {
    const open = Object.entries(commands).filter(
      ([, { needs }]) => needs === 'nothing' || needs === 'visitor',
    );
    expect(open.map(([type]) => type).sort()).toEqual(['hello', 'ping', 'register', 'resume', 'sign-in']);
    const server = await startServer({ visitors: { frames: 1000 } });
    const client = await TestClient.connect(server.url);
    const closed = Object.entries(commands).filter(
      ([, { needs }]) => needs === 'member' || needs === 'conversation',
    );
    closed.forEach(([type], index) => {
      const after = type === 'conversations' || type === 'search' ? 'c1' : 0;
      const peer = type === 'conversation-open' ? { peer: 'bob' } : {};
      const kind = type === 'mark' ? { kind: 'read' } : {};
      client.send({ ...sample, after, ...peer, ...kind, type, id: index });
    });
    await client.until(() => client.frames.length === closed.length);
    for (const frame of client.frames)
      expect(frame).toMatchObject({ type: 'error', error: { code: 'not-signed-in' } });
  });
});
