import { describe, expect, it } from 'vitest';
import type { Connection } from '../src/listener/connection.ts';
import type { Inbox } from '../src/ports/inbox.ts';
import { Follower } from '../src/session/follower.ts';

/** An update log that is an array, behind a bus that the test plays. */
function setup(): {
  follower: Follower;
  pushed: unknown[];
  log: string[];
  connection: { congested: boolean };
  release: () => void;
} {
  const log: string[] = [];
  const pushed: unknown[] = [];
  let release = (): void => undefined;
  const inbox: Pick<Inbox, 'head' | 'since'> = {
    head: async () => log.length,
    since: async (_account, after, limit) => {
      const page = {
        entries: log
          .slice(after, after + limit)
          .map((update, index) => ({ position: after + index + 1, update })),
        head: log.length,
      };
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return page;
    },
  };
  const connection = {
    congested: false,
    push(text: string): boolean {
      if (!connection.congested) pushed.push(JSON.parse(text));
      return !connection.congested;
    },
  };
  const follower = new Follower(inbox as Inbox, connection as unknown as Connection, 1);
  return { follower, pushed, log, connection, release: () => release() };
}

const entry = (position: number): string => `{"position":${position}}`;

describe('following an update log', () => {
  it('loses nothing that comes while the last page is read, and doubles nothing', async () => {
    const { follower, pushed, log, release } = setup();
    log.push(entry(1), entry(2));
    const page = follower.page(0, 10);
    follower.notice({ kind: 'updates', first: 2, updates: [entry(2), entry(3)] });
    follower.notice({ kind: 'updates', first: 4, updates: [entry(4)] });
    release();
    expect(JSON.parse(await page)).toMatchObject({ cursor: 2, more: false });
    expect(pushed).toMatchObject([
      { cursor: 3, updates: [{ position: 3 }] },
      { cursor: 4, updates: [{ position: 4 }] },
    ]);
  });

  it('says that it lags when the bus has a hole, and pushes nothing past it', async () => {
    const { follower, pushed, log, release } = setup();
    const page = follower.page(0, 10);
    release();
    await page;
    log.push(entry(1), entry(2));
    follower.notice({ kind: 'updates', first: 2, updates: [entry(2)] });
    await follower.drained();
    follower.notice({ kind: 'updates', first: 3, updates: [entry(3)] });
    expect(pushed).toMatchObject([{ type: 'lagging', head: 2 }]);
  });

  it('finds out at the heartbeat that a wake-up was lost', async () => {
    const { follower, pushed, log, release } = setup();
    const page = follower.page(0, 10);
    release();
    await page;
    await follower.check();
    expect(pushed).toEqual([]);
    log.push(entry(1));
    await follower.check();
    await follower.drained();
    expect(pushed).toMatchObject([{ type: 'lagging', head: 1 }]);
  });

  it('refuses a cursor from the future', async () => {
    const { follower, release } = setup();
    const page = follower.page(7, 10);
    release();
    await expect(page).rejects.toMatchObject({ error: { code: 'cursor-unknown' } });
  });
});
