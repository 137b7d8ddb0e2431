import type { ChangeItem, Streams } from '../../client/index.ts';
import type { LogBatch } from '../../link/handlers.ts';
import type { Message, MessageId, Operation } from '../../model/index.ts';
import { NatterError, errorData, withoutSecrets } from '../../model/index.ts';
import type { StoredChange } from '../../ports/index.ts';
import { presenceOf } from './person-row.ts';
import type { ClientContext } from './context.ts';
import { LiveItems } from './live-items.ts';
import { messageView } from './message-view.ts';

const pageSize = 200;

/**
 * The change log from a cursor on: what is stored first, as fast as the reader reads, then what happens. Stored items are
 * never lost and come with a cursor of their own; presence, typing and connection are told live, conflated to the latest.
 */
export async function* followChanges(
  context: ClientContext,
  { after, types }: Streams['changes'][0],
  signal: AbortSignal,
): AsyncGenerator<LogBatch<ChangeItem>> {
  const wanted = types && types.length > 0 ? new Set(types) : null;
  const live = new LiveItems(context, signal);
  try {
    let sequence = await startOf(context, after);
    yield { cursor: String(sequence), items: [] };
    while (!signal.aborted) {
      live.heard();
      const page = await context.environment.store.changes(sequence, pageSize);
      // A reader so slow that the log's retention has passed it is told, and not led over the hole.
      if (sequence > 0 && page[0] && page[0].sequence > sequence + 1) throw tooOld();
      const last = page.at(-1);
      // Each by itself: whoever ends behind any of them goes on there, and neither misses nor repeats one.
      for (const stored of last ? await readItems(context, page) : [])
        if (wanted === null || wanted.has(stored.item.type))
          yield { cursor: String(stored.sequence), items: [stored.item] };
      sequence = last?.sequence ?? sequence;
      const told = page.length < pageSize ? live.take() : [];
      const items = told.filter(({ type }) => wanted === null || wanted.has(type));
      if (items.length > 0 || last) yield { cursor: String(sequence), items };
      if (page.length < pageSize) await live.next();
    }
  } finally {
    live.close();
  }
}

async function startOf({ environment }: ClientContext, after: string): Promise<number> {
  const { profile, store } = environment;
  if (after === 'now') return profile.lastChange;
  if (after === 'start') return 0;
  const sequence = Number(after);
  if (!/^\d{1,15}$/.test(after) || sequence > profile.lastChange) {
    throw new NatterError(errorData('invalid', `"${after.slice(0, 40)}" is no cursor of this profile`));
  }
  const [oldest] = await store.changes(0, 1);
  if (oldest && sequence < oldest.sequence - 1) {
    throw tooOld();
  }
  return sequence;
}

function tooOld(): NatterError {
  return new NatterError(
    errorData('not-found', 'this cursor is older than what is kept; start again with "start" or "now"'),
  );
}

/** Reads what the log refers to, as it is now; of several words about one thing only the last is told. */
async function readItems(
  context: ClientContext,
  page: readonly StoredChange[],
): Promise<readonly { readonly sequence: number; readonly item: ChangeItem }[]> {
  const { profile, store } = context.environment;
  const latest = new Map<string, StoredChange>();
  for (const row of page) {
    const name = JSON.stringify(row.change);
    latest.delete(name);
    latest.set(name, row);
  }
  const rows = [...latest.values()];
  const ids = rows.flatMap(({ change }) => ('message' in change ? [change.message] : []));
  const messages = new Map<MessageId, Message>();
  for (const message of await store.findMessages(ids.map((id) => ({ message: id }))))
    if (message) messages.set(message.id, message);
  const final = new Map<string, Operation>();
  for (const { change } of rows) {
    if (change.type !== 'operation' || profile.operations.has(change.operation)) continue;
    const operation = await store.findOperation({ id: change.operation });
    if (operation) final.set(operation.id, operation);
  }
  return rows.flatMap(({ sequence, change }) =>
    itemOf(context, change, messages, final).map((item) => ({ sequence, item })),
  );
}

function itemOf(
  { environment }: ClientContext,
  change: StoredChange['change'],
  messages: ReadonlyMap<MessageId, Message>,
  final: ReadonlyMap<string, Operation>,
): readonly ChangeItem[] {
  const { profile } = environment;
  switch (change.type) {
    case 'message': {
      const message = messages.get(change.message);
      return message ? [{ type: 'message', what: change.what, message: messageView(profile, message) }] : [];
    }
    case 'receipt': {
      const message = messages.get(change.message);
      if (!message) return [];
      const { account, conversation, id } = message;
      return [{ type: 'receipt', account, conversation, message: id, by: change.by, state: change.state }];
    }
    case 'contact': {
      const contact = profile.contacts.get(change.contact);
      if (!contact) return [];
      const network = profile.accounts.get(contact.account)?.network ?? '';
      return [{ type: 'contact', contact: { ...contact, network, presence: presenceOf(profile, contact) } }];
    }
    case 'operation': {
      const operation = profile.operations.get(change.operation) ?? final.get(change.operation);
      return operation ? [{ type: 'operation', operation: withoutSecrets(operation) }] : [];
    }
    default:
      change satisfies never;
      return [];
  }
}
