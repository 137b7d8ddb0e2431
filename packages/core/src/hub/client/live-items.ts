import { Subscription } from 'rxjs';
import type { ChangeItem } from '../../client/index.ts';
import type { AccountId, ContactId } from '../../model/index.ts';
import type { Typist } from '../state/typing.ts';
import { accountView } from './account-view.ts';
import type { ClientContext } from './context.ts';
import { presenceOf } from './person-row.ts';

/** What is told only live, conflated to the latest per subject until it is taken; and the bell that something happened. */
export class LiveItems {
  readonly #context: ClientContext;
  readonly #items = new Map<string, ChangeItem>();
  readonly #phases = new Map<AccountId, string>();
  readonly #subscription = new Subscription();
  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.#ring();
  #rung = false;
  #wake: (() => void) | null = null;

  constructor(context: ClientContext, signal: AbortSignal) {
    this.#context = context;
    this.#signal = signal;
    const { profile } = context.environment;
    for (const [id, { state }] of profile.statuses.entries()) this.#phases.set(id, state.phase);
    signal.addEventListener('abort', this.#onAbort);
    this.#subscription.add(profile.news.event$.subscribe(() => this.#ring()));
    this.#subscription.add(
      profile.presences.delta$.subscribe((delta) => {
        if ('reset' in delta) return;
        for (const [contact] of delta.set) this.#presence(contact);
        for (const contact of delta.removed) this.#presence(contact);
      }),
    );
    this.#subscription.add(
      profile.statuses.delta$.subscribe((delta) => {
        if (!('reset' in delta)) for (const [account] of delta.set) this.#connection(account);
      }),
    );
    this.#followTyping();
  }

  /** What came until now is about to be read. */
  heard(): void {
    this.#rung = false;
  }

  /** Takes what waits. */
  take(): readonly ChangeItem[] {
    const items = [...this.#items.values()];
    this.#items.clear();
    return items;
  }

  /** Resolves when something came after {@link heard}, or when the signal aborts. */
  async next(): Promise<void> {
    if (this.#rung || this.#signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#subscription.unsubscribe();
  }

  #followTyping(): void {
    const { profile } = this.#context.environment;
    const known = new Map(profile.typists.entries());
    this.#subscription.add(
      profile.typists.delta$.subscribe((delta) => {
        if ('reset' in delta) return;
        for (const [key, typist] of delta.set) {
          if (!known.has(key)) this.#typing(key, typist, true);
          known.set(key, typist);
        }
        for (const key of delta.removed) {
          const typist = known.get(key);
          known.delete(key);
          if (typist) this.#typing(key, typist, false);
        }
      }),
    );
  }

  #typing(key: string, { account, conversation, key: from, name }: Typist, active: boolean): void {
    this.#put(key, { type: 'typing', account, conversation, from, name, active });
  }

  #presence(id: ContactId): void {
    const { profile } = this.#context.environment;
    const contact = profile.contacts.get(id);
    if (!contact) return;
    const network = profile.accounts.get(contact.account)?.network ?? '';
    this.#put(`presence ${id}`, {
      type: 'presence',
      account: contact.account,
      network,
      contact: id,
      address: contact.address,
      presence: presenceOf(profile, contact),
    });
  }

  #connection(id: AccountId): void {
    const account = accountView(this.#context.environment, id);
    if (!account || this.#phases.get(id) === account.state.phase) return;
    this.#phases.set(id, account.state.phase);
    this.#put(`connection ${id}`, {
      type: 'connection',
      account,
      error: 'error' in account.state ? account.state.error : null,
    });
  }

  #put(key: string, item: ChangeItem): void {
    // Deleted first, so that what is told comes in the order of its latest change.
    this.#items.delete(key);
    this.#items.set(key, item);
    this.#ring();
  }

  #ring(): void {
    this.#rung = true;
    this.#wake?.();
    this.#wake = null;
  }
}
