import type { AccountId } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError } from '@natter/core/error';

/** Milliseconds for an account that is just connecting, as all are after the daemon has started. */
const patience = 10_000;

/**
 * A link that asks once more for what needed an account which was still connecting. Nothing has happened the first time, and
 * whoever typed a command need not know that it has started the daemon.
 */
export function patientLink(link: ClientLink, signal: AbortSignal): ClientLink {
  return {
    async call(method, params, options) {
      try {
        return await link.call(method, params, options);
      } catch (error) {
        const account = connectingAccount(error);
        if (account === null) throw error;
        const { accountsSettled } = await import('./accounts-settled.ts');
        await accountsSettled(link, patience, signal, account);
        return link.call(method, params, options);
      }
    },
    open: (stream, params, sink) => link.open(stream, params, sink),
    upload: (blob, offset, bytes, until) => link.upload(blob, offset, bytes, until),
    download: (blob, offset, until) => link.download(blob, offset, until),
    onStatus: (listener) => link.onStatus(listener),
    close: () => link.close(),
  };
}

/** Of an `offline` error: the account, when it is on its way and nothing has gone wrong with it. */
function connectingAccount(error: unknown): AccountId | null {
  if (!NatterError.isInstance(error)) return null;
  const { code, retriable, cause, condition } = error.data;
  const account = condition?.['account'];
  const connecting = code === 'offline' && retriable && cause === undefined;
  return connecting && typeof account === 'string' ? (account as AccountId) : null;
}
