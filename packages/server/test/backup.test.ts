import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { backupData, checkData, createServer, restoreData } from '../src/index.ts';
import { TestClient, messagesOf, testCost } from './support/client.ts';
import { announce, ask, attach, patch } from './support/files.ts';
import { aliceAndBob, befriend, startServer, temporaryDirectory } from './support/server.ts';

const picture = Buffer.from('these are the bytes of a file');

/** A server's folder with two people, a message and a file. */
async function lived(): Promise<{ folder: string; dataDirectory: string }> {
  const folder = temporaryDirectory();
  const dataDirectory = join(folder, 'data');
  const server = await createServer({ dataDirectory, port: 0, passwordCost: testCost });
  const { alice, bob } = await aliceAndBob(server);
  await befriend(alice, bob);
  await alice.request({ type: 'send', clientId: 'first', peer: 'bob', body: { text: 'first' } });
  const file = await announce(alice, picture);
  await patch(server, file, picture, 0);
  await alice.request({
    type: 'send',
    clientId: 'file',
    peer: 'bob',
    body: attach(file, picture.length),
  });
  await server.close();
  return { folder, dataDirectory };
}

describe('a backup', () => {
  it('is whole though it is made while messages pour in, and a server runs on what is restored', async () => {
    const { folder, dataDirectory } = await lived();
    const server = await startServer({ dataDirectory });
    const alice = await TestClient.signIn(server.url, 'alice');
    const acknowledged: number[] = [];
    let pouring = true;
    const pour = (async () => {
      for (let index = 0; pouring; index += 1) {
        const body = { text: `pour ${index}` };
        acknowledged.push(
          (await alice.request({ type: 'send', clientId: `p${index}`, peer: 'bob', body })).seq,
        );
      }
    })();
    const target = join(folder, 'backup');
    const before = acknowledged.length;
    expect(await backupData(dataDirectory, target)).toEqual({ files: 1 });
    pouring = false;
    await pour;
    expect(statSync(target).mode & 0o777).toBe(0o700);
    expect(statSync(join(target, 'server.db')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).toSorted()).toEqual(['backup', 'data']);

    const restored = join(folder, 'restored');
    expect(await restoreData(target, restored)).toEqual({ files: 1 });
    expect(await checkData(restored)).toEqual([]);
    const second = await startServer({ dataDirectory: restored });
    const bob = await TestClient.signIn(second.url, 'bob');
    const { messages } = await bob.request({ type: 'history', conversation: 'c1', limit: 500, after: 0 });
    expect(messages.length).toBeGreaterThanOrEqual(before + 2);
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
    const file = messages[1]?.body?.attachments?.[0]?.file ?? '';
    const response = await ask(second, await bob.request({ type: 'file-get', file }));
    expect(Buffer.from(await response.arrayBuffer()).equals(picture)).toBe(true);
  });

  it('that is restored gives no number again that clients know of what is lost', async () => {
    const { folder, dataDirectory } = await lived();
    await backupData(dataDirectory, join(folder, 'backup'));
    const server = await createServer({ dataDirectory, port: 0, passwordCost: testCost });
    const bob = await TestClient.signIn(server.url, 'bob');
    for (const text of ['lost 1', 'lost 2'])
      await bob.request({ type: 'send', clientId: text, peer: 'alice', body: { text } });
    const cursor = (await bob.sync()).at(-1)?.position ?? 0;
    const { version } = await bob.request({ type: 'roster' });
    await bob.request({ type: 'contact-remove', address: 'alice' });
    const { conversation } = await bob.request({ type: 'conversation-open', peer: 'bob' });
    await server.close();

    const restored = join(folder, 'restored');
    await restoreData(join(folder, 'backup'), restored);
    const again = await startServer({ dataDirectory: restored });
    const later = await TestClient.signIn(again.url, 'bob');
    // Also after the log has grown past where the client was.
    for (let index = 0; index < 20; index += 1)
      await later.request({ type: 'send', clientId: `new ${index}`, peer: 'alice', body: { text: 'new' } });
    expect(await later.refusal({ type: 'sync', after: cursor })).toMatchObject({ code: 'cursor-unknown' });
    const { messages } = await later.request({ type: 'history', conversation: 'c1', limit: 3 });
    for (const { seq } of messages) expect(seq).toBeGreaterThan(1_000_000);
    expect((await later.request({ type: 'roster', version })).contacts).toHaveLength(1);
    const opened = await later.request({ type: 'conversation-open', peer: 'bob' });
    expect(opened.conversation).not.toBe(conversation);
    // From the head on the log is as ever.
    const { signedIn } = await TestClient.signIn(again.url, 'bob');
    const phone = await TestClient.signIn(again.url, 'bob');
    await phone.sync(signedIn?.head ?? 0);
    await later.request({ type: 'send', clientId: 'live', peer: 'alice', body: { text: 'live' } });
    await phone.update('message', ({ body }) => body?.text === 'live');
    expect(messagesOf(phone.pushed())).toHaveLength(1);
  });

  it('is written over nothing, and restored over nothing', async () => {
    const { folder, dataDirectory } = await lived();
    const target = join(folder, 'backup');
    mkdirSync(target);
    writeFileSync(join(target, 'mine'), 'x');
    await expect(backupData(dataDirectory, target)).rejects.toThrow('not empty');
    expect(readdirSync(target)).toEqual(['mine']);
    rmSync(join(target, 'mine'));
    await backupData(dataDirectory, target);
    await expect(restoreData(target, dataDirectory)).rejects.toThrow('is there already');
    await expect(backupData(join(folder, 'nowhere'), join(folder, 'b2'))).rejects.toThrow(
      'no data of a natter server',
    );
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  it('that is damaged is not restored, and one that is broken off leaves nothing', async () => {
    const { folder, dataDirectory } = await lived();
    const target = join(folder, 'backup');
    await backupData(dataDirectory, target);
    const [name = ''] = readdirSync(join(target, 'files'));
    writeFileSync(join(target, 'files', name), 'other bytes');
    await expect(restoreData(target, join(folder, 'restored'))).rejects.toThrow(
      /damaged: file 1 has other bytes/u,
    );
    expect(existsSync(join(folder, 'restored'))).toBe(false);
    const aborted = backupData(dataDirectory, join(folder, 'b2'), { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toThrow();
    expect(readdirSync(folder).toSorted()).toEqual(['backup', 'data']);
  });
});

describe('the check of the data', () => {
  it('finds every byte that is not as it was, and changes nothing', async () => {
    const { dataDirectory } = await lived();
    expect(await checkData(dataDirectory)).toEqual([]);
    rmSync(join(dataDirectory, 'files', '1'));
    expect(await checkData(dataDirectory)).toEqual(['the bytes of file 1 are missing']);
    const path = join(dataDirectory, 'server.db');
    const database = new DatabaseSync(path);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const page = Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
    const root = database.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'message'`).get();
    database.close();
    const bytes = readFileSync(path);
    bytes.fill(0xff, (Number(root?.['rootpage']) - 1) * page, Number(root?.['rootpage']) * page);
    writeFileSync(path, bytes);
    expect((await checkData(dataDirectory)).join()).toMatch(/malformed|page|btree/iu);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});
