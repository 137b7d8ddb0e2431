import { errorData, type AccountSpec, type Ended, type SessionHost } from '@natter/core';
import { toError } from '../mapping/errors.ts';
import type { Link } from '../network/link.ts';
import type { MemoryNetwork } from '../network/network.ts';

/** Signs this device in, or says why the attempt ends here. */
export async function connect(
  network: MemoryNetwork,
  account: AccountSpec,
  address: string,
  host: SessionHost,
): Promise<{ link: Link; at: number } | Ended> {
  if (network.down) {
    const error = errorData('connection-refused', 'the memory network is down', {
      scope: 'account',
      retriable: true,
    });
    return { why: 'network', error };
  }
  const { fingerprint, known } = network.certificate;
  if (!known && account.config['fingerprint'] !== fingerprint) {
    const parts = { scope: 'account', userAction: 'trust-certificate', condition: { fingerprint } } as const;
    return {
      why: 'needsTrust',
      error: errorData('certificate-untrusted', 'the certificate is not trusted yet', parts),
    };
  }
  host.phase('authenticating');
  const password = await host.secret('password');
  if (password === null) {
    return {
      why: 'needsLogin',
      error: errorData('secret', 'there is no password', { scope: 'account', userAction: 'sign-in' }),
    };
  }
  try {
    return network.connect(address, password, account.deviceId);
  } catch (caught) {
    const error = toError(caught);
    return { why: error.code === 'authentication' ? 'needsLogin' : 'refused', error };
  }
}
