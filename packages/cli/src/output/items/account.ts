import type { Account, ConnectionState } from '@natter/core';
import type { JsonItem } from '../output.ts';
import { oneLine } from '../sanitise.ts';
import type { Style } from '../style.ts';

/** `{"type":"account"}`. */
export function accountItem(account: Account): JsonItem {
  return {
    type: 'account',
    id: account.id,
    network: account.network,
    address: account.address,
    name: account.name,
    state: account.state.phase,
    enabled: account.enabled,
    presence: account.presence,
    roster: account.roster,
    error: errorOf(account.state),
    attention: account.attention.map(({ about, text }) => ({ about, text })),
  };
}

/** `native  alice@example.org  online`. */
export function accountText(account: Account, style: Style): string {
  const { phase } = account.state;
  const state =
    phase === 'online' ? style.good(phase) : account.enabled ? style.warning(phase) : style.faint('disabled');
  const error = errorOf(account.state);
  const lines = [
    ...(error === null ? [] : [error.message]),
    ...account.attention.map(({ text }) => text),
  ].map((text) => `    ${style.warning(oneLine(text))}`);
  return [
    `${account.network}  ${style.strong(oneLine(account.address))}  ${state}  ${style.faint(account.id)}`,
    ...lines,
  ].join('\n');
}

/** What is wrong with a connection, if anything. */
function errorOf(state: ConnectionState): Extract<ConnectionState, { error: object }>['error'] | null {
  return 'error' in state ? state.error : null;
}
