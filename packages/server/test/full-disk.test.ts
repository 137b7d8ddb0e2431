import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TestClient, messagesOf } from './support/client.ts';
import { announce, patch } from './support/files.ts';
import { aliceAndBob, startServer, temporaryDirectory } from './support/server.ts';

const size = 6 * 1024 ** 2;

/** A disk of its own that is soon full; `null` where one may not mount. */
function smallDisk(): string | null {
  const folder = temporaryDirectory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', folder], {
      stdio: 'pipe',
    });
  } catch {
    return null;
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}

describe('a disk that is full', () => {
  it('acknowledges nothing that is not on it, keeps what is, and goes on when there is room, without a restart', async (context) => {
    const folder = smallDisk();
    if (folder === null) return context.skip('mounting a disk of its own needs root');
    const filler = join(folder, 'filler');
    const dataDirectory = join(folder, 'data');
    const server = await startServer({ dataDirectory });
    const { alice, bob } = await aliceAndBob(server);
    await bob.sync();
    const text = 'x'.repeat(4000);
    const acknowledged = new Map<string, number>();
    const send = async (clientId: string): Promise<string> => {
      const code = await alice.outcome({ type: 'send', clientId, peer: 'bob', body: { text } });
      return code;
    };
    // Fills what is left but for a little, and then sends into it.
    writeFileSync(filler, Buffer.alloc(statfsSync(folder).bavail * statfsSync(folder).bsize - 1_000_000));
    let refused = 0;
    for (let index = 0; refused < 5 && index < 2000; index += 1) {
      const code = await send(`m${index}`);
      expect(['done', 'unavailable']).toContain(code);
      if (code === 'done') acknowledged.set(`m${index}`, index);
      else refused += 1;
    }
    expect(refused).toBe(5);
    expect(acknowledged.size).toBeGreaterThan(0);
    // Reading goes on, and an upload is refused as well.
    expect((await bob.request({ type: 'history', conversation: 'c1' })).messages.length).toBeGreaterThan(0);
    expect((await bob.request({ type: 'ping' })).done).toBe(true);

    rmSync(filler);
    const retried = await Promise.all(
      Array.from({ length: acknowledged.size + 5 }, (_, index) => send(`m${index}`)),
    );
    expect(new Set(retried)).toEqual(new Set(['done']));
    const file = await announce(alice, new Uint8Array(3_000_000), 'large');
    writeFileSync(filler, Buffer.alloc(statfsSync(folder).bavail * statfsSync(folder).bsize - 500_000));
    // The answer can be lost behind what is still being sent.
    const response = await patch(server, file, new Uint8Array(3_000_000), 0).catch(() => null);
    expect(response?.status ?? 507).toBe(507);
    rmSync(filler);

    const late = await TestClient.signIn(server.url, 'bob');
    const seqs = messagesOf(await late.sync()).map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: acknowledged.size + 5 }, (_, index) => index + 1));
    await server.close();
    const database = new DatabaseSync(join(dataDirectory, 'server.db'));
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    database.close();
  });
});
