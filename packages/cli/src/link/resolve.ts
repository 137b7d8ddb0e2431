import type { AccountId, ContactId, ConversationId, PersonId, ResolveMatch } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';
import { findAccountId, nameOf } from './choose-account.ts';

/** The kinds of thing that a name can mean. */
export type MatchKind = ResolveMatch['kind'];

/** A match of some kinds. */
export type MatchOf<Kind extends MatchKind> = Extract<ResolveMatch, { kind: Kind }>;

/** What a name must mean, and on which account. */
export interface Wanted<Kind extends MatchKind> {
  readonly kinds: readonly Kind[];
  /** The `--account` option. */
  readonly account: string | undefined;
}

/** What a name means. None, or several, is a NatterError (`not-found`, `ambiguous`): a command never picks one. */
export async function resolveOne<Kind extends MatchKind>(
  link: ClientLink,
  text: string,
  wanted: Wanted<Kind>,
): Promise<MatchOf<Kind>> {
  const account = await findAccountId(link, wanted.account);
  const matches = await link.call('resolve', { text, ...(account !== undefined && { account }) });
  const fitting = matches.filter((match): match is MatchOf<Kind> =>
    (wanted.kinds as readonly string[]).includes(match.kind),
  );
  const [only, second] = fitting;
  if (second !== undefined) throw await ambiguous(link, text, fitting);
  if (only !== undefined) return only;
  throw new NatterError(
    errorData('not-found', `nobody and nothing here is called '${text}'`, {
      scope: 'contact',
      userAction: 'check-address',
    }),
  );
}

/** The one contact that a name means: a person counts when it has only one, or one on the account that was chosen. */
export async function resolveContact(
  link: ClientLink,
  text: string,
  account: string | undefined,
): Promise<{ contact: ContactId; account: AccountId; address: string; person: PersonId }> {
  const match = await resolveOne(link, text, { kinds: ['contact', 'person'], account });
  if (match.kind === 'contact') return match;
  const person = await link.call('person.get', { person: match.person });
  const chosen = await findAccountId(link, account);
  const contacts = person.contacts.filter((contact) => chosen === undefined || contact.account === chosen);
  const [only, second] = contacts;
  if (only && !second)
    return { contact: only.id, account: only.account, address: only.address, person: person.id };
  throw choiceError(
    text,
    contacts.map(({ network, accountAddress, address }) => `${network}/${accountAddress}/${address}`),
  );
}

/** The conversations that a name means: one of a room or contact, one for each contact of a person. */
export async function resolveConversations(
  link: ClientLink,
  text: string,
  account: string | undefined,
): Promise<readonly ConversationId[]> {
  const match = await resolveOne(link, text, { kinds: ['conversation', 'contact', 'person'], account });
  if (match.kind === 'conversation') return [match.conversation];
  const { contacts } = await link.call('person.get', { person: match.person });
  return contacts.flatMap(({ id, conversation }) =>
    conversation !== null && (match.kind === 'person' || id === match.contact) ? [conversation] : [],
  );
}

/** Like {@link resolveConversations}, with those that no message has begun yet. */
export async function openConversations(
  link: ClientLink,
  text: string,
  account: string | undefined,
): Promise<readonly ConversationId[]> {
  const match = await resolveOne(link, text, { kinds: ['conversation', 'contact', 'person'], account });
  if (match.kind === 'conversation') return [match.conversation];
  const contacts =
    match.kind === 'contact'
      ? [match.contact]
      : (await link.call('person.get', { person: match.person })).contacts.map(({ id }) => id);
  return Promise.all(contacts.map(async (contact) => (await link.call('conversation.open', { contact })).id));
}

/** Lists the choices in a form that names each of them alone. */
async function ambiguous(
  link: ClientLink,
  text: string,
  matches: readonly ResolveMatch[],
): Promise<NatterError> {
  const accounts = new Map((await link.call('account.list', {})).map((account) => [account.id, account]));
  const describe = (match: ResolveMatch): string => {
    switch (match.kind) {
      case 'person':
        return `${match.name} (${match.person})`;
      case 'contact': {
        const account = accounts.get(match.account);
        return account === undefined ? match.contact : `${nameOf(account)}/${match.address}`;
      }
      case 'conversation':
        return `${match.title} (${match.conversation})`;
    }
  };
  return choiceError(text, matches.map(describe));
}

/** The error for a name that means several things; each choice names one alone. */
export function choiceError(text: string, choices: readonly string[]): NatterError {
  return new NatterError(
    errorData('ambiguous', `'${text}' fits several: ${choices.join(', ')}`, {
      scope: 'contact',
      userAction: 'choose',
      condition: { choices },
    }),
  );
}
