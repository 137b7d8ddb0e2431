import { runSecretCommand } from './run-command.ts';
import { secretError } from './profile-secrets.ts';

/** Why the passphrase is wanted: to choose one for a new file, or to open the one that is there. */
export type PassphrasePurpose = 'create' | 'open';

/** Gives the passphrase of the encrypted secrets file; `attempt` counts from 1. */
export interface PassphraseSource {
  (purpose: PassphrasePurpose, attempt: number): Promise<string>;
  /** Whether asking again may give another answer. */
  readonly again: boolean;
}

/** Asks a person; `null` when nobody is there to answer. */
export type AskPassphrase = (purpose: PassphrasePurpose, attempt: number) => Promise<string | null>;

/** From the user's command when there is one, else from the person at the terminal. */
export function passphraseSource(command: string | null, ask: AskPassphrase): PassphraseSource {
  if (command !== null)
    return Object.assign(() => runSecretCommand(command, 'the passphrase of the secrets file'), {
      again: false,
    });
  return Object.assign(
    async (purpose: PassphrasePurpose, attempt: number): Promise<string> => {
      const answer = await ask(purpose, attempt);
      if (answer) return answer;
      throw secretError(
        'the secrets file needs a passphrase and there is no terminal to ask at: set NATTER_PASSPHRASE_COMMAND to a command that prints it',
      );
    },
    { again: true },
  );
}
