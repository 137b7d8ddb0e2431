import type { ProfilePaths } from '../profile/paths.ts';
import type { Settings } from '../settings/settings.ts';
import { withPasswordCommands } from './password-command.ts';
import type { AskPassphrase } from './passphrase.ts';
import type { ProfileSecrets } from './profile-secrets.ts';

/** The secrets of a profile, kept where its settings say. Never falls back to something weaker. */
export async function openSecrets(
  paths: ProfilePaths,
  settings: Pick<Settings, 'secrets' | 'passphraseCommand'>,
  ask: AskPassphrase,
): Promise<ProfileSecrets> {
  return withPasswordCommands(await keeper(paths, settings, ask));
}

async function keeper(
  paths: ProfilePaths,
  settings: Pick<Settings, 'secrets' | 'passphraseCommand'>,
  ask: AskPassphrase,
): Promise<ProfileSecrets> {
  if (settings.secrets === 'keyring') {
    const { KeyringSecrets } = await import('./keyring.ts');
    return new KeyringSecrets(paths.configFile);
  }
  const { FileSecrets, plainCodec } = await import('./file-secrets.ts');
  if (settings.secrets === 'plain') return new FileSecrets(paths.plainSecretsFile, plainCodec);
  const [{ SealedCodec }, { passphraseSource }] = await Promise.all([
    import('./sealed-codec.ts'),
    import('./passphrase.ts'),
  ]);
  const codec = new SealedCodec(passphraseSource(settings.passphraseCommand, ask));
  return new FileSecrets(paths.encryptedSecretsFile, codec);
}
