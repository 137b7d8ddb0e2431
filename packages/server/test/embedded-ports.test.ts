import { onTestFinished } from 'vitest';
import { openEmbeddedStorage } from '../src/embedded/open-storage.ts';
import { describePorts } from './support/ports.ts';
import { temporaryDirectory } from './support/server.ts';

describePorts('embedded', () => {
  const storage = openEmbeddedStorage({
    directory: temporaryDirectory(),
    rosters: { contacts: 100, openRequests: 50, strangerRequests: 50 },
    mostGroupMembers: 10,
    fileQuota: 1000,
    ages: {},
    clock: Date.now,
    pass: () => undefined,
    onFault: () => undefined,
  });
  onTestFinished(() => storage.close());
  return storage;
});
