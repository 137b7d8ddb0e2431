import type { AccountId, ContactId, PersonId, RemoteKey } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { nameOf } from '../../link/choose-account.ts';
import type { AccountName } from './lines.ts';

/** A contact that is here, and whose it is now. */
interface Known {
  readonly id: ContactId;
  person: PersonId;
}

/** Makes contacts of a backup one person again. They stand behind all contacts, so each account's list is read once. */
export class PersonLinks {
  readonly #link: Pick<ClientLink, 'call'>;
  readonly #accounts: ReadonlyMap<string, AccountId>;
  readonly #known = new Map<AccountId, Promise<ReadonlyMap<RemoteKey, Known>>>();
  readonly #byId = new Map<ContactId, Known>();

  /** `accounts`: by name; those that come later are seen. */
  constructor(link: Pick<ClientLink, 'call'>, accounts: ReadonlyMap<string, AccountId>) {
    this.#link = link;
    this.#accounts = accounts;
  }

  /** As far as the contacts are here. */
  async link(contacts: readonly (AccountName & { readonly key: RemoteKey })[]): Promise<void> {
    const found: Known[] = [];
    for (const contact of contacts) {
      const known = await this.#find(contact);
      if (known !== undefined) found.push(known);
    }
    const persons = [...new Set(found.map(({ person }) => person))];
    if (persons.length < 2) return;
    const linked = await this.#link.call('person.link', { persons });
    for (const { id } of linked.contacts) {
      const known = this.#byId.get(id);
      if (known) known.person = linked.id;
    }
  }

  async #find({ key, ...name }: AccountName & { readonly key: RemoteKey }): Promise<Known | undefined> {
    const account = this.#accounts.get(nameOf(name));
    if (account === undefined) return undefined;
    let known = this.#known.get(account);
    if (known === undefined) this.#known.set(account, (known = this.#read(account)));
    return (await known).get(key);
  }

  async #read(account: AccountId): Promise<ReadonlyMap<RemoteKey, Known>> {
    const known = new Map<RemoteKey, Known>();
    for (const { id, key, person } of await this.#link.call('contact.list', { account })) {
      const contact = { id, person };
      known.set(key, contact);
      this.#byId.set(id, contact);
    }
    return known;
  }
}
