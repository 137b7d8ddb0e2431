import type { ConversationsQuery, ConversationView, TypingView } from '../../client/index.ts';
import { DerivedMapBase } from '../../streams/derived-map.ts';
import { order } from '../../streams/index.ts';
import type { LiveMap, Ordered } from '../../streams/index.ts';
import type { Conversation, ConversationId } from '../../model/index.ts';
import { contactName } from '../../model/index.ts';
import type { Profile } from '../state/profile.ts';
import { foldName } from './people-list.ts';

/** The rows of the conversation list: what is stored, a name to show, and who types. */
export class ConversationRows extends DerivedMapBase<ConversationId, ConversationView> {
  readonly #profile: Profile;
  readonly #typing = new Map<ConversationId, Map<string, TypingView>>();

  constructor(profile: Profile) {
    const { conversations, contacts, typists, accounts } = profile;
    super(conversations, contacts, typists, accounts);
    this.#profile = profile;
    this.follow(typists, ({ key, value }) => {
      const id = key.slice(0, key.indexOf(' ')) as ConversationId;
      const here = this.#typing.get(id) ?? new Map<string, TypingView>();
      if (value)
        here.set(key, { account: value.account, conversation: id, key: value.key, name: value.name });
      else here.delete(key);
      if (here.size > 0) this.#typing.set(id, here);
      else this.#typing.delete(id);
      this.#refresh(id);
    });
    this.follow(conversations, ({ key }) => this.#refresh(key));
    this.detachWith(
      contacts.attach({
        apply: (changes) => {
          for (const { key } of changes) {
            const direct = profile.directs.get(key);
            if (direct !== undefined) this.#refresh(direct);
          }
        },
        end: () => undefined,
      }),
    );
  }

  #refresh(id: ConversationId): void {
    const conversation = this.#profile.conversations.get(id);
    if (conversation)
      this.put(
        id,
        conversationView(this.#profile, conversation, [...(this.#typing.get(id)?.values() ?? [])]),
      );
    else this.drop(id);
  }
}

/** A conversation with a name to show. */
export function conversationView(
  profile: Profile,
  conversation: Conversation,
  typing: readonly TypingView[] = [],
): ConversationView {
  const account = profile.accounts.get(conversation.account);
  const contact = conversation.contact === null ? undefined : profile.contacts.get(conversation.contact);
  return {
    ...conversation,
    network: account?.network ?? '',
    accountAddress: account?.address ?? '',
    displayTitle:
      (contact && conversation.kind === 'direct' ? contactName(contact) : conversation.title) ||
      conversation.key ||
      '',
    person: contact?.person ?? null,
    typing,
  };
}

/** The conversations of a query: pinned first, then the newest activity. */
export function conversationList(
  rows: LiveMap<ConversationId, ConversationView>,
  query: ConversationsQuery,
): Ordered<ConversationId, ConversationView> {
  const text = query.text === undefined ? null : foldName(query.text);
  return order(
    rows,
    ({ pinned, lastActivity, id }) => ({ pinned: pinned ? 0 : 1, lastActivity, id }),
    (a, b) =>
      a.pinned - b.pinned || b.lastActivity - a.lastActivity || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
    (row) =>
      (query.account === undefined || row.account === query.account) &&
      row.archived === (query.archived ?? false) &&
      (text === null || foldName(row.displayTitle).includes(text)),
  );
}
