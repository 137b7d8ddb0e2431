import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../src/embedded/database.ts';
import { Journal } from '../src/embedded/journal.ts';
import { messagesOf } from './support/client.ts';
import { aliceAndBob, startServer, temporaryDirectory } from './support/server.ts';

describe('a storage that fails', () => {
  it('because another process holds the file refuses with unavailable, loses nothing, and goes on', async () => {
    const dataDirectory = temporaryDirectory();
    const server = await startServer({ dataDirectory });
    const { alice, bob } = await aliceAndBob(server);
    const { conversation } = await alice.request({
      type: 'send',
      clientId: '1',
      peer: 'bob',
      body: { text: 'one' },
    });
    await bob.sync();

    const other = new DatabaseSync(join(dataDirectory, 'server.db'));
    other.exec('BEGIN IMMEDIATE');
    const refused = await alice.refusal({ type: 'send', clientId: '2', conversation, body: { text: 'two' } });
    expect(refused).toMatchObject({ code: 'unavailable' });
    expect(refused.retryAfter).toBeGreaterThan(0);
    // Many who wait at once wait once, and not each in turn.
    const start = performance.now();
    const many = Array.from({ length: 20 }, (_, index) =>
      alice.refusal({ type: 'send', clientId: `many ${index}`, conversation, body: { text: 'x' } }),
    );
    for (const answer of await Promise.all(many)) expect(answer).toMatchObject({ code: 'unavailable' });
    expect(performance.now() - start).toBeLessThan(10_000);
    // Reading goes on meanwhile.
    expect((await bob.request({ type: 'history', conversation })).messages).toHaveLength(1);
    other.exec('ROLLBACK');
    other.close();

    expect(
      await alice.request({ type: 'send', clientId: '2', conversation, body: { text: 'two' } }),
    ).toMatchObject({ seq: 2 });
    await bob.update('message', ({ seq }) => seq === 2);
    expect(messagesOf(bob.pushed()).map(({ body }) => body?.text)).toEqual(['two']);
  });

  it('because it is full acknowledges nothing that is not stored, and goes on when there is room', async () => {
    const database = openDatabase(temporaryDirectory());
    onTestFinished(() => database.close());
    const journal = new Journal(database, () => undefined);
    const insert = database.prepare(`INSERT INTO setting (name, value) VALUES (?, ?)`);
    const store = (name: string, size: number): Promise<void> =>
      journal.write(() => void insert.run(name, 'x'.repeat(size)));
    const pages = database.prepare('PRAGMA page_count').get()?.['page_count'];
    database.exec(`PRAGMA max_page_count = ${Number(pages) + 2}`);
    const outcomes = await Promise.allSettled([
      store('small', 10),
      store('large', 1_000_000),
      store('small too', 10),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { error: { code: 'unavailable' } } },
      { status: 'fulfilled' },
    ]);
    database.exec('PRAGMA max_page_count = 1000000');
    await store('large', 1_000_000);
    const names = database
      .prepare('SELECT name FROM setting ORDER BY name')
      .all()
      .map((row) => row['name']);
    expect(names).toEqual(['large', 'small', 'small too']);
  });
});
