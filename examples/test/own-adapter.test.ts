import { remoteKey } from '@natter/core';
import { describeAdapter } from '@natter/testing/conformance';
import type { AdapterSetup } from '@natter/testing/conformance';
import { createParrotAdapter } from '../own-adapter/parrot-adapter.ts';
import { Parrot } from '../own-adapter/parrot.ts';

async function setup(): Promise<AdapterSetup> {
  const parrot = new Parrot({ repeats: false });
  return {
    adapter: createParrotAdapter(parrot),
    account: { address: 'me', config: {}, answers: { password: 'cracker' } },
    peer: {
      address: 'polly',
      key: remoteKey('parrot'),
      send: async (text) => parrot.say(text).id,
      received: async () => parrot.heard,
    },
    close: async () => {},
  };
}

describeAdapter('the parrot', { setup });
