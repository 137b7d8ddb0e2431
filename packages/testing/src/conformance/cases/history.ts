import assert from 'node:assert/strict';
import type { BlobId, PageRequest, RemoteKey } from '@natter/core';
import { mintId } from '@natter/core';
import { fileAttachment } from '../../attachment.ts';
import type { ConformanceCase } from '../case.ts';
import { rejection } from '../check-error.ts';
import { textBody, type Driver } from '../driver.ts';
import { withDriver } from '../with-driver.ts';

const said = Array.from({ length: 11 }, (_, index) => `line ${String(index).padStart(2, '0')}`);

/** What was said before, and files. */
export const historyCases: readonly ConformanceCase[] = [
  {
    name: 'history: pages go back to the start, each oldest first, none twice',
    needs: { support: ['history'] },
    run: withDriver(async (driver, { peer }) => {
      for (const text of said) await peer.send(text);
      await driver.until('the last arrives', () => driver.ledger.withText(said.at(-1) ?? '').length > 0);
      const newest = driver.ledger.withText(said.at(-1) ?? '')[0];
      const conversation = newest?.conversation ?? assert.fail();
      const texts: string[][] = [];
      let cursor: string | null = null;
      for (let count = 0; count < 30; count++) {
        const request: PageRequest = {
          conversation,
          direction: 'older',
          limit: 4,
          ...position(cursor, newest?.stable ?? null),
        };
        const page = await driver.ask((signal) => driver.session.history(request, signal));
        assert.equal(page.batch.origin, 'archive');
        texts.unshift(
          page.batch.events.flatMap((event) =>
            event.type === 'timeline' ? event.items.map(({ content }) => content.text) : [],
          ),
        );
        driver.host.take(page.batch, true);
        cursor = page.next;
        if (cursor === null) {
          assert.equal(page.reached, 'start');
          break;
        }
      }
      const all = texts.flat().filter((text) => said.includes(text));
      assert.deepEqual(all, said.slice(0, all.length));
      assert.ok(all.length >= said.length - 1, 'something is missing');
      for (const text of said)
        assert.equal(driver.ledger.withText(text).length, 1, `"${text}" is there twice`);
    }),
  },
  {
    name: 'history: a request is aborted by its signal',
    needs: { support: ['history'] },
    run: withDriver(async (driver) => {
      await driver.hear('something');
      const conversation = driver.ledger.withText('something')[0]?.conversation as RemoteKey;
      const request = { conversation, direction: 'older', limit: 4 } as const;
      const error = await driver.within(
        'history() rejects',
        rejection(driver.session.history(request, AbortSignal.abort())),
      );
      assert.ok(['aborted', 'offline', 'network'].includes(error.code), error.code);
      const query = driver.session.query('resolve', 'x', AbortSignal.abort());
      assert.ok(['aborted', 'offline', 'network'].includes((await rejection(query)).code));
    }),
  },
  {
    name: 'history: that of a conversation that is not there rejects with a clear error',
    needs: { support: ['history'] },
    run: withDriver(async (driver) => {
      const request = { conversation: 'no-such-thing' as RemoteKey, direction: 'older', limit: 4 } as const;
      const error = await rejection(driver.session.history(request, AbortSignal.timeout(5000)));
      assert.ok(['not-found', 'forbidden', 'network', 'offline', 'invalid'].includes(error.code), error.code);
    }),
  },
  {
    name: 'files: one goes out and one comes in, byte for byte',
    needs: { support: ['attachments'], peer: ['sendFile', 'receivedFile'] },
    run: withDriver(async (driver, { peer }) => {
      const bytes = crypto.getRandomValues(new Uint8Array(5000));
      const blob = mintId('blob');
      driver.host.blobs.set(blob, bytes);
      const attachment = fileAttachment('data.bin', bytes.length, { blob });
      await driver.perform({
        ...textBody(''),
        content: { kind: 'attachment', text: 'data.bin', attachments: [attachment] },
      });
      await driver.until('the peer has it', async () => (await peer.receivedFile?.()) !== null);
      assert.deepEqual(Buffer.from((await peer.receivedFile?.()) ?? []), Buffer.from(bytes));
      await peer.sendFile?.('answer.bin', bytes.toReversed());
      const remote = (): string | undefined => incoming(driver);
      await driver.until('it arrives', () => remote() !== undefined);
      const target: BlobId = mintId('blob');
      const { done } = await driver.ask((signal) =>
        driver.session.download(remote() ?? '', target, 0, signal),
      );
      assert.equal(done, true);
      assert.deepEqual(Buffer.from(driver.host.blobs.get(target) ?? []), Buffer.from(bytes.toReversed()));
    }),
  },
];

function position(cursor: string | null, anchor: RemoteKey | null): Partial<PageRequest> {
  if (cursor !== null) return { cursor };
  return anchor === null ? {} : { anchor };
}

function incoming(driver: Driver): string | undefined {
  for (const { content, sender } of driver.ledger.rows) {
    if (content.kind === 'attachment' && !sender.self) return content.attachments[0]?.remote ?? undefined;
  }
  return undefined;
}
