import { DatabaseSync } from 'node:sqlite';
import { canBeUnread, messageTime, searchableText, searchWords } from '@natter/core';
import type { Write } from '@natter/core';
import { openSqliteStore } from '@natter/store-sqlite';

/** One page as bare values: all that the store computes is there already. */
export interface BareRows {
  readonly messages: readonly (string | number | null)[][];
  readonly words: readonly (readonly [seat: number, text: string, scope: string])[];
  readonly cursor: string;
}

/** Computes the rows that the store will write for a page. */
export function bareRows(writes: readonly Write[]): BareRows {
  const messages = writes.flatMap((write) =>
    'put' in write && write.put === 'messages' ? write.values : [],
  );
  const numbered = messages.map((message) => ({ message, seat: messageTime(message) * 1024 }));
  return {
    messages: numbered.map(({ message, seat }) => [
      seat,
      message.id,
      1,
      numberOf(message.conversation),
      message.order,
      message.stable,
      message.sender.key,
      message.claimed,
      null,
      null,
      Number(canBeUnread(message)),
      Number(message.mentioned),
      0,
      messageTime(message),
      bodyOf(message),
    ]),
    words: numbered.map(({ message, seat }) => [
      seat,
      searchWords(searchableText(message)).join(' '),
      `c${numberOf(message.conversation)} s${numberOf(message.sender.contact ?? '0')}`,
    ]),
    cursor: JSON.stringify(writes.at(-1)),
  };
}

/** The fields that a row of the store holds, so that both write as many bytes. */
function bodyOf(message: object): string {
  const usual = new Set([
    'parts',
    'replyTo',
    'thread',
    'mentioned',
    'mentions',
    'edited',
    'retracted',
    'reactions',
    'delivery',
    'receipts',
    'operation',
    'error',
    'provisional',
  ]);
  return JSON.stringify(Object.fromEntries(Object.entries(message).filter(([field]) => !usual.has(field))));
}

function numberOf(id: string): number {
  return Number(id.replaceAll(/\D/g, '')) + 1;
}

/** The store's own tables and indexes, written by prepared statements and nothing else. */
export async function openBare(file: string): Promise<{ insert(rows: BareRows): void; close(): void }> {
  await (await openSqliteStore({ file })).close();
  const database = new DatabaseSync(file);
  database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -32768');
  const message = database.prepare(
    `INSERT INTO message VALUES (${Array.from({ length: 15 }, () => '?').join(', ')})`,
  );
  const words = database.prepare('INSERT INTO search (rowid, text, scope) VALUES (?, ?, ?)');
  const word = database.prepare('INSERT OR IGNORE INTO vocabulary (word) VALUES (?)');
  const known = new Set<string>();
  const cursor = database.prepare(
    "INSERT INTO cursor (key, account, body) VALUES ('archive', 'a', ?) ON CONFLICT (key) DO UPDATE SET body = excluded.body",
  );
  return {
    insert(rows) {
      database.exec('BEGIN IMMEDIATE');
      for (const row of rows.messages) message.run(...row);
      for (const row of rows.words) {
        words.run(...row);
        for (const one of row[1].split(' ')) if (!known.has(one)) word.run(one);
        for (const one of row[1].split(' ')) known.add(one);
      }
      cursor.run(rows.cursor);
      database.exec('COMMIT');
    },
    close: () => database.close(),
  };
}
