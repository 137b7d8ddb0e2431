import { createHub, memoryBlobs, memorySecrets, memoryStore } from '@natter/core';
import type { Store } from '@natter/core';
import { directLink } from '@natter/core/link';
import type { ClientLink } from '@natter/core/link';
import { NatterError } from '@natter/core/error';
import { openSqliteStore } from '@natter/store-sqlite';
import type { ProfilePaths } from '../profile/paths.ts';

/** A stored profile behind the usual link: reading works, changes are refused, presence is unknown. */
export interface StoredProfileReader {
  /** The client interface; presence is unknown, and what needs a network is `offline`. */
  readonly link: ClientLink;
  /** Closes the link and the store. */
  close(): Promise<void>;
}

/**
 * Opens what is stored of a profile for reading; a profile that does not exist yet is an empty one. No lock is taken and
 * no network, adapter or secret is touched.
 */
export async function readStoredProfile(
  paths: Pick<ProfilePaths, 'storeFile'>,
): Promise<StoredProfileReader> {
  const hub = await createHub({
    store: await openStored(paths.storeFile),
    secrets: memorySecrets(),
    blobs: memoryBlobs(),
    adapters: [],
  });
  const link = directLink(hub.handlers);
  return {
    link,
    async close(): Promise<void> {
      link.close();
      await hub.close();
    },
  };
}

async function openStored(file: string): Promise<Store> {
  try {
    return await openSqliteStore({ file, readOnly: true });
  } catch (error) {
    if (NatterError.isInstance(error) && error.data.code === 'not-found') return memoryStore();
    throw error;
  }
}
