/**
 * Matrix on a real Synapse: a first synchronisation of many rooms into SQLite, a start from what is stored held against it,
 * and a message held against a bare PUT. The rooms are made first, which takes longer than all that is measured.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createMatrixAdapter } from '@natter/adapter-matrix';
import { createHub, memoryBlobs, memorySecrets, memoryStore } from '@natter/core';
import { serverAvailability, startSynapse } from '@natter/e2e';
import { figure, median, report } from './lib/measure.ts';
import { startProcess } from './server/process.ts';

const [ROOMS, EVENTS, ROUNDS, SENDS, AT_ONCE] = [500, 20, 3, 100, 8];
/** What Synapse tells of one message to those who wait must be over before the next is measured (milliseconds). */
const PAUSE = 150;
const PASSWORD = 'secret';
const { signal } = new AbortController();

const availability = serverAvailability('synapse');
if (!availability.available) {
  console.log(`  not measured: ${availability.reason}`);
  process.exit(0);
}
const server = await startSynapse();
try {
  const user = await server.addUser({ name: 'me', password: PASSWORD });
  const token = await signIn();
  const room = await fill(token);
  await measureStarts(user);
  await measureSend(user, token, room);
} finally {
  await server.stop();
}
process.exit(0);

async function call(method: string, path: string, body: object, token = ''): Promise<Record<string, string>> {
  const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
  const url = `${server.url}/_matrix/client/v3/${path}`;
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
  return (await answer.json()) as Record<string, string>;
}

async function signIn(): Promise<string> {
  const identifier = { type: 'm.id.user', user: 'me' };
  const { access_token: token = '' } = await call('POST', 'login', {
    type: 'm.login.password',
    identifier,
    password: PASSWORD,
  });
  return token;
}

/** Makes the rooms, several at once; resolves with one of them. */
async function fill(token: string): Promise<string> {
  let begun = 0;
  let last = '';
  const makeSome = async (): Promise<void> => {
    while (begun < ROOMS) {
      const name = `Room ${(begun += 1)}`;
      const { room_id: room = '' } = await call(
        'POST',
        'createRoom',
        { name, preset: 'private_chat' },
        token,
      );
      for (let index = 0; index < EVENTS; index += 1) await say(token, room, `${name} ${index}`);
      last = room;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, makeSome));
  return last;
}

async function say(token: string, room: string, text: string): Promise<void> {
  const path = `rooms/${encodeURIComponent(room)}/send/m.room.message/${crypto.randomUUID()}`;
  await call('PUT', path, { msgtype: 'm.text', body: text }, token);
}

async function measureStarts(user: string): Promise<void> {
  const [first, again]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'natter-bench-'));
    const parameters = [server.url, join(folder, 'store.db'), user, join(folder, 'session')];
    for (const times of [first, again]) {
      const child = await startProcess('../matrix/natter-process.ts', ...parameters);
      times.push(Number(child.url));
      await child.kill();
    }
    rmSync(folder, { recursive: true });
  }
  report(
    `natter on Synapse: sign-in and first synchronisation of ${ROOMS} rooms x ${EVENTS} events`,
    figure(median(first), 'ms'),
  );
  report('natter on Synapse: started again from what is stored', figure(median(again), 'ms'));
  report('  held against the first', figure(median(again) / median(first), 'x'), 'target 0.33 x');
}

/** From the call to the answer of the homeserver, one after the other, in turns. */
async function measureSend(user: string, token: string, room: string): Promise<void> {
  const adapters = [createMatrixAdapter()];
  const hub = await createHub({
    store: memoryStore(),
    secrets: memorySecrets(),
    blobs: memoryBlobs(),
    adapters,
  });
  await hub.connect();
  const { methods } = hub.handlers;
  const config = { server: server.url };
  const { interaction } = await methods['account.add']({ network: 'matrix', address: user, config }, signal);
  const answer = { action: 'submit', values: { password: PASSWORD } };
  await methods['interaction.answer']({ interaction, answer }, signal);
  while ([...hub.profile.statuses.entries()][0]?.[1].state.phase !== 'online') await delay(5);
  const [conversation] = [...hub.profile.conversations.entries()].find(([, { key }]) => key === room) ?? [];
  if (conversation === undefined) throw new Error('the room is not there');
  // Waited for without turning: that would take the processor from the homeserver.
  let acknowledged = Promise.withResolvers<void>();
  hub.profile.news.event$.subscribe(({ messages }) => {
    if (messages.some(({ delivery }) => delivery === 'sent')) acknowledged.resolve();
  });
  const [bare, ours]: [number[], number[]] = [[], []];
  for (let index = 0; index < SENDS; index += 1) {
    await delay(PAUSE);
    bare.push(await took(() => say(token, room, `bare ${index}`)));
    await delay(PAUSE);
    acknowledged = Promise.withResolvers();
    const draft = { content: { kind: 'text', text: `message ${index}` } } as const;
    ours.push(
      await took(async () => {
        await methods['message.send']({ key: String(index), to: { conversation }, draft }, signal);
        await acknowledged.promise;
      }),
    );
  }
  report('a bare PUT of a message to Synapse', figure(median(bare), 'ms'));
  report('natter: sent and acknowledged by Synapse, through the outbox', figure(median(ours), 'ms'));
  report('  held against the PUT', figure(median(ours) / median(bare), 'x'), 'target 1.2 x');
  await hub.close();
}

async function took(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
