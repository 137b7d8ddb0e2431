/**
 * Where secrets are kept and come from.
 * @packageDocumentation
 */
export { openSecrets } from './secrets/open-secrets.ts';
export { passwordCommandName } from './secrets/names.ts';
export { runSecretCommand } from './secrets/run-command.ts';
export type { ProfileSecrets } from './secrets/profile-secrets.ts';
export type { AskPassphrase, PassphrasePurpose } from './secrets/passphrase.ts';
