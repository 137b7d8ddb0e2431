import { startSynapse, type SynapseServer } from '@natter/e2e';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { EncryptedPair } from './encrypted-pair.ts';

/** What a test has while it runs. */
export interface Encrypted {
  /** Of the test file. */
  readonly server: SynapseServer;
  /** Two users of each test, who do not know each other yet. */
  readonly pair: EncryptedPair;
}

/** To be called in a `describe`; to be read in tests, and in what runs before each behind it. */
export function useEncryptedPair(): Encrypted {
  let server: SynapseServer | undefined;
  let pair: EncryptedPair | undefined;
  beforeAll(async () => {
    server = await startSynapse();
  }, 120_000);
  afterAll(() => server?.stop());
  beforeEach(async () => {
    pair = await EncryptedPair.open(given(server));
  });
  afterEach(() => pair?.close());
  return {
    get server() {
      return given(server);
    },
    get pair() {
      return given(pair);
    },
  };
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is nothing before the first test');
  return value;
}
