import { createHub } from '@natter/core';
import type { Hub } from '@natter/core';
import type { Handlers } from '@natter/core/link';
import { openFileBlobs, openSqliteStore } from '@natter/store-sqlite';
import { openLog } from '../process/log.ts';
import type { Log } from '../process/log.ts';
import { lockProfile } from '../profile/lock.ts';
import type { Environment, ProfilePaths } from '../profile/paths.ts';
import { openSecrets } from '../secrets/open-secrets.ts';
import type { AskPassphrase } from '../secrets/passphrase.ts';
import type { ProfileSecrets } from '../secrets/profile-secrets.ts';
import { rememberSecrets } from '../secrets/remembered.ts';
import { loadSettings } from '../settings/config-file.ts';
import type { Settings } from '../settings/settings.ts';
import { packageVersion } from '../version.ts';
import { loadAdapters } from './adapters.ts';

/** How a profile is opened. */
export interface OpenProfileOptions {
  readonly paths: ProfilePaths;
  readonly environment: Environment;
  readonly ask: AskPassphrase;
}

/** A profile that this process owns. */
export interface OpenedProfile {
  readonly handlers: Handlers;
  readonly settings: Settings;
  readonly log: Log;
  /** Disconnects the accounts in order, closes the store, and gives the profile free. */
  close(): Promise<void>;
}

/**
 * Takes a profile for this process and connects its accounts; `null` when another process has it. Rejects with a
 * NatterError when its settings, secrets or store cannot be opened; nothing is changed then.
 */
export async function openProfile(options: OpenProfileOptions): Promise<OpenedProfile | null> {
  const { paths, environment, ask } = options;
  const settings = await loadSettings(paths, environment);
  const lock = await lockProfile(paths);
  if (lock === null) return null;
  try {
    const { secrets, isSecret } = rememberSecrets(await openSecrets(paths, settings, ask));
    // Now, while there may be somebody to ask for the passphrase.
    if (settings.secrets === 'file') await secrets.check();
    const log = openLog(paths.logFile, settings.logLevel, isSecret);
    const hub = await openHub(paths, secrets, log);
    return {
      handlers: guardSecrets(hub.handlers, secrets),
      settings,
      log,
      async close(): Promise<void> {
        await hub.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openHub(paths: ProfilePaths, secrets: ProfileSecrets, log: Log): Promise<Hub> {
  const adapters = await loadAdapters(paths.keyFolder);
  const store = await openSqliteStore({ file: paths.storeFile });
  try {
    const blobs = await openFileBlobs({ directory: paths.blobFolder });
    const hub = await createHub({ store, secrets, blobs, adapters, log, version: packageVersion() });
    await hub.connect();
    return hub;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Nobody is led through a sign-in whose password or token could not be kept in the end. */
function guardSecrets(handlers: Handlers, secrets: ProfileSecrets): Handlers {
  const { methods } = handlers;
  return {
    ...handlers,
    methods: {
      ...methods,
      'account.add': async (params, signal) => {
        await secrets.check();
        return methods['account.add'](params, signal);
      },
      'account.login': async (params, signal) => {
        await secrets.check();
        return methods['account.login'](params, signal);
      },
    },
  };
}
