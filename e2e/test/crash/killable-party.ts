/**
 * One side of a conversation in a process of its own, on a profile on disk, to be killed at the point that its last
 * argument names. Arguments: the party's options as JSON, the folder of the profile, the log file, the point or ''.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMatrixAdapter } from '@natter/adapter-matrix';
import { createNativeAdapter } from '@natter/adapter-native';
import { createXmppAdapter } from '@natter/adapter-xmpp';
import type { Adapter, SecretStore } from '@natter/core';
import { openFileBlobs, openSqliteStore } from '@natter/store-sqlite';
import { formatEntry } from '@natter/testing/checker';
import { Killer } from './crash-points.ts';
import { Party } from './party.ts';
import type { PartyOptions } from './party.ts';

const [optionsText = '', folder = '', logFile = '', point = ''] = process.argv.slice(2);
const options = JSON.parse(optionsText) as PartyOptions;
const killer = new Killer(point);
if (options.network === 'matrix') killer.keys();
const ports = {
  store: killer.store(await openSqliteStore({ file: join(folder, 'store.db') })),
  secrets: fileSecrets(join(folder, 'secrets.json')),
  blobs: await openFileBlobs({ directory: join(folder, 'blobs') }),
  adapter: killer.adapter(adapterOf(options.network)),
};
const party = await Party.open(options, ports, (entry) => appendFileSync(logFile, formatEntry(entry)));
await party.run();
await party.finish();

function adapterOf(network: string): Adapter {
  switch (network) {
    case 'matrix':
      return createMatrixAdapter({ keyFolder: join(folder, 'keys') });
    case 'xmpp':
      return createXmppAdapter();
    default:
      return createNativeAdapter();
  }
}

/** Secrets that outlive this process; one write, so that a kill leaves the old or the new ones. */
function fileSecrets(file: string): SecretStore {
  const all = new Map(existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as [string, string][]) : []);
  return {
    get: async (account, name) => all.get(`${account} ${name}`) ?? null,
    set: async (account, name, value) => {
      if (value === null) all.delete(`${account} ${name}`);
      else all.set(`${account} ${name}`, value);
      writeFileSync(file, JSON.stringify([...all]), { mode: 0o600 });
    },
    removeAll: async () => all.clear(),
  };
}
