import { distinctUntilChanged, endWith, filter, ignoreElements, map, takeUntil, takeWhile } from 'rxjs';
import type { Observable } from 'rxjs';
import type { AccountId } from '../model/index.ts';
import type { AccountClient, Client } from './client.ts';
import type { FacadeContext } from './follow.ts';
import { contactsOf } from './contacts.ts';
import { wholeList } from './linked-window.ts';

/** One account's part of a client's streams; they complete when the account is removed. */
export function accountClient(
  context: FacadeContext,
  { accounts$, messages$, presence$, typing$, transfers$ }: Client,
  id: AccountId,
): AccountClient {
  let seen = false;
  const account$ = accounts$.pipe(
    map((accounts) => accounts.find((account) => account.id === id)),
    takeWhile((account) => {
      seen ||= account !== undefined;
      return !seen || account !== undefined;
    }),
    filter((account) => account !== undefined),
    // Every account is told anew when one of them changes.
    distinctUntilChanged((before, after) => JSON.stringify(before) === JSON.stringify(after)),
  );
  const gone$ = account$.pipe(ignoreElements(), endWith(null));
  const whileThere = <T>(stream$: Observable<T>): Observable<T> => stream$.pipe(takeUntil(gone$));
  const people$ = wholeList(context, 'people', { filter: { account: id }, sort: [] });
  const conversations$ = wholeList(context, 'conversations', { account: id });
  return {
    id,
    account$,
    people$: whileThere(people$),
    contacts$: whileThere(
      people$.pipe(map((people) => contactsOf(people).filter((contact) => contact.account === id))),
    ),
    conversations$: whileThere(conversations$),
    messages$: whileThere(messages$.pipe(filter((message) => message.account === id))),
    presence$: whileThere(presence$.pipe(filter((change) => change.account === id))),
    transfers$: whileThere(
      transfers$.pipe(map((transfers) => transfers.filter(({ account }) => account === id))),
    ),
    typing$: whileThere(typing$.pipe(map((typing) => typing.filter(({ account }) => account === id)))),
  };
}
