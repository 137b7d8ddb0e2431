import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createMatrixAdapter } from '@natter/adapter-matrix';
import { describeServer, startSynapse } from '@natter/e2e';
import type { SynapseServer } from '@natter/e2e';
import { formatVerdict } from '@natter/testing/checker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { password, rehearse } from './rehearse.ts';

/** The last of them is a file. */
const messages = 4;

type Call = (
  method: 'POST' | 'PUT',
  path: readonly string[],
  body: unknown,
) => Promise<Readonly<Record<string, unknown>>>;

/** Two who talk encrypted, one of whom is killed at each of these points once. */
export function describeKills(points: readonly string[]): void {
  describeServer('kill -9 in an encrypted conversation', 'synapse', () => {
    let server: SynapseServer;
    let folder: string;

    beforeAll(async () => {
      server = await startSynapse();
      folder = mkdtempSync(join(tmpdir(), 'natter-crash-keys-'));
    }, 120_000);
    afterAll(async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it.each(points.map((point, index) => [point, index] as const))(
      'at %s loses nothing, shows nothing twice and can read everything',
      async (point, index) => {
        const names = [`alice${index}`, `bob${index}`] as const;
        const ready = await becomeFriends(server, names);
        const { verdict, killed } = await rehearse({
          network: 'matrix',
          addressOf: (name) => `@${name}:${server.serverName}`,
          names,
          config: { server: server.url },
          messages,
          file: true,
          adapter: createMatrixAdapter({ keyFolder: join(folder, String(index)) }),
          point,
          ready,
        });
        expect(killed, 'the point was passed').toBe(true);
        expect(formatVerdict(verdict)).toMatch(/^8 sent, 8 acknowledged, 16 rows read: every promise kept$/);
      },
      120_000,
    );
  });
}

/**
 * A direct conversation of two new users, encrypted, that both know of; their natters sign in later. Resolves with what
 * tells when somebody has a device with keys: nothing that is said before can ever be read there.
 */
async function becomeFriends(
  server: SynapseServer,
  [one, other]: readonly [string, string],
): Promise<(name: string) => Promise<void>> {
  const users = [];
  for (const name of [one, other]) {
    const userId = await server.addUser({ name, password });
    users.push({ userId, call: await signIn(server.url, name) });
  }
  const [first, second] = users;
  if (first === undefined || second === undefined) throw new Error('two are needed');
  const algorithm = 'm.megolm.v1.aes-sha2';
  const { room_id: room } = await first.call('POST', ['createRoom'], {
    preset: 'trusted_private_chat',
    is_direct: true,
    invite: [second.userId],
    initial_state: [{ type: 'm.room.encryption', state_key: '', content: { algorithm } }],
  });
  if (typeof room !== 'string') throw new Error('there is no room');
  await second.call('POST', ['join', room], {});
  for (const [me, peer] of [users, users.toReversed()])
    if (me !== undefined && peer !== undefined)
      await me.call('PUT', ['user', me.userId, 'account_data', 'm.direct'], { [peer.userId]: [room] });
  return async (name) => {
    const userId = `@${name}:${server.serverName}`;
    for (let looks = 0; looks < 600; looks += 1) {
      const { device_keys: known } = await first.call('POST', ['keys', 'query'], {
        device_keys: { [userId]: [] },
      });
      if (JSON.stringify(known).includes('curve25519:')) return;
      await delay(50);
    }
    throw new Error(`${name} has no keys`);
  };
}

async function signIn(url: string, name: string): Promise<Call> {
  let token = '';
  const call: Call = async (method, path, body) => {
    const headers: HeadersInit = token === '' ? {} : { authorization: `Bearer ${token}` };
    const request: RequestInit = { method, headers, body: JSON.stringify(body) };
    const answer = await fetch(`${url}/_matrix/client/v3/${path.map(encodeURIComponent).join('/')}`, request);
    if (!answer.ok) throw new Error(`${method} ${path.join('/')}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Readonly<Record<string, unknown>>;
  };
  const identifier = { type: 'm.id.user', user: name };
  const { access_token: given } = await call('POST', ['login'], {
    type: 'm.login.password',
    identifier,
    password,
  });
  token = String(given);
  return call;
}
