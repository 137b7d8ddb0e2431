import type { AskPassphrase } from '@natter/daemon';
import type { Terminal } from './terminal.ts';

/** Asks for the passphrase of the secrets file; a new one twice. */
export function askPassphrase(terminal: Terminal): AskPassphrase {
  return async (purpose, attempt) => {
    if (purpose === 'open')
      return terminal.askSecret(
        attempt === 1 ? 'Passphrase of your natter secrets' : 'Not the right one; passphrase',
      );
    for (;;) {
      const first = await terminal.askSecret('New passphrase for your natter secrets');
      if (first === null || first === '') return null;
      if (first === (await terminal.askSecret('The same again'))) return first;
    }
  };
}
