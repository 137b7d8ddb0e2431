import { errorData, type AccountSpec, type Ended, type SessionHost } from '@natter/core';
import { decodeCredential, encodeCredential, secretName, type Credential } from '../mapping/credential.ts';
import { endedByWire } from '../mapping/errors.ts';
import type { Settings } from '../options.ts';
import { RequestError } from '../wire/request-error.ts';
import { connect } from './connect.ts';
import type { Context } from './context.ts';

/**
 * Connects and signs in by the device's token. Gives why that cannot be when the user has to do something; rejects for
 * what the network does. The caller closes the connection.
 */
export async function signIn(
  spec: AccountSpec,
  host: SessionHost,
  settings: Settings,
  signal: AbortSignal,
): Promise<Context | Ended> {
  const credential = decodeCredential(await host.secret(secretName));
  if (credential === null) return { why: 'needsLogin', error: notSignedIn };
  host.phase('connecting');
  const { connection, welcome, location } = await connect(spec.address, spec.config, settings, signal);
  try {
    host.phase('authenticating');
    const address = `${location.user}@${welcome.server}`;
    const account = await connection.request('resume', (id) => ({
      type: 'resume',
      id,
      address,
      ...credential,
    }));
    await keep(host, { device: account.device, token: account.token });
    return { connection, host, settings, welcome, account, url: location.url };
  } catch (caught) {
    connection.close();
    await connection.closed;
    if (caught instanceof RequestError && caught.failure.kind === 'refused')
      return endedByWire(caught.failure.error);
    throw caught;
  }
}

/**
 * The server takes the old token until the new one is used. So the new one is durable before anything else is done: a
 * crash here leaves the old one, and one there the new one, and both are good.
 */
function keep(host: SessionHost, credential: Credential): Promise<void> {
  return host.setSecret(secretName, encodeCredential(credential));
}

const notSignedIn = errorData('authentication', 'this account has not signed in on this device', {
  scope: 'account',
  userAction: 'sign-in',
});
