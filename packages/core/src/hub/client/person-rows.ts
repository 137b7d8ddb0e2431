import { DerivedMapBase } from '../../streams/derived-map.ts';
import type { ContactId, PersonId } from '../../model/index.ts';
import { supports } from '../../model/index.ts';
import type { Profile } from '../state/profile.ts';
import { PersonRow } from './person-row.ts';

/**
 * The rows of the unified contact list. A change of a contact, its presence or its conversation costs the one row that it
 * belongs to. Rows are made when somebody looks: of a long list most are sorted, and never shown.
 */
export class PersonRows extends DerivedMapBase<PersonId, PersonRow> {
  readonly #profile: Profile;

  constructor(profile: Profile) {
    const { persons, contacts, presences, conversations, accounts, statuses } = profile;
    super(persons, contacts, presences, conversations, accounts, statuses);
    this.#profile = profile;
    this.followChanges(persons, ({ key }) => this.#refresh(key));
    this.#followSubjects(contacts, (id) => id);
    this.#followSubjects(presences, (id) => id);
    this.#followSubjects(conversations, (id) => conversations.get(id)?.contact);
    // An account that comes, goes, or learns what it can do touches the rows of its contacts.
    this.#followAccounts();
  }

  override get size(): number {
    let size = 0;
    for (const _ of this.entries()) size += 1;
    return size;
  }

  override get(id: PersonId): PersonRow | undefined {
    const held = super.get(id);
    if (held !== undefined) return held;
    const row = PersonRow.of(this.#profile, this.#profile.persons.get(id));
    if (row !== undefined) this.hold(id, row);
    return row;
  }

  override has(id: PersonId): boolean {
    return this.get(id) !== undefined;
  }

  override *entries(): IterableIterator<readonly [PersonId, PersonRow]> {
    for (const [id, record] of this.#profile.persons.entries()) {
      const row = super.get(id) ?? PersonRow.of(this.#profile, record);
      if (row !== undefined) yield [id, row];
    }
  }

  protected override get holdsAll(): boolean {
    return false;
  }

  /** Follows what a contact's row shows of something else. */
  #followSubjects<K>(
    source: { attach(follower: { apply(changes: readonly { key: K }[]): void; end(): void }): () => void },
    contactOf: (key: K) => ContactId | null | undefined,
  ): void {
    const { contacts } = this.#profile;
    this.detachWith(
      source.attach({
        apply: (changes) => {
          for (const { key } of changes) {
            const id = contactOf(key);
            const contact = id && contacts.get(id);
            if (contact) this.#refresh(contact.person);
          }
        },
        end: () => undefined,
      }),
    );
  }

  #followAccounts(): void {
    const { statuses } = this.#profile;
    const presenceOf = new Map<string, boolean>();
    this.detachWith(
      statuses.attach({
        apply: (changes) => {
          for (const { key, value } of changes) {
            const now = value ? supports(value.capabilities, 'presence') : undefined;
            if (presenceOf.get(key) === now) continue;
            if (now === undefined) presenceOf.delete(key);
            else presenceOf.set(key, now);
            for (const [, contact] of this.#profile.contacts.entries())
              if (contact.account === key) this.#refresh(contact.person);
          }
        },
        end: () => undefined,
      }),
    );
  }

  #refresh(id: PersonId): void {
    const row = PersonRow.of(this.#profile, this.#profile.persons.get(id));
    if (row) this.put(id, row);
    else this.drop(id);
  }
}
