import { errorData, type AccountSpec, type Ended, type SessionHost } from '@natter/core';
import type { SignedIn } from '@natter/native-protocol';
import { decodeCredential, encodeCredential, secretName, type Credential } from '../mapping/credential.ts';
import { endedByWire } from '../mapping/errors.ts';
import type { Settings } from '../options.ts';
import type { Connection } from '../wire/connection.ts';
import { RequestError } from '../wire/request-error.ts';
import { connect } from './connect.ts';
import type { Context } from './context.ts';

/** Under this name a front end may leave a password for the first connection, when it saves an account without connecting. */
const passwordName = 'password';

/**
 * Connects and signs in by the device's token, or for the first time by a password that was left for it. Gives why that cannot be when the user has to do something; rejects for
 * what the network does. The caller closes the connection.
 */
export async function signIn(
  spec: AccountSpec,
  host: SessionHost,
  settings: Settings,
  signal: AbortSignal,
): Promise<Context | Ended> {
  const credential = decodeCredential(await host.secret(secretName));
  const password = credential === null ? await host.secret(passwordName) : null;
  if (credential === null && password === null) return { why: 'needsLogin', error: notSignedIn };
  host.phase('connecting');
  const { connection, welcome, location, ...trust } = await connect(
    spec.address,
    spec.config,
    settings,
    signal,
  );
  try {
    host.phase('authenticating');
    const address = `${location.user}@${welcome.server}`;
    const account =
      credential === null
        ? await byPassword(connection, address, password ?? '', settings)
        : await connection.request('resume', (id) => ({ type: 'resume', id, address, ...credential }));
    await keep(host, { device: account.device, token: account.token });
    if (credential === null) await host.setSecret(passwordName, null);
    return { connection, host, settings, welcome, account, url: location.url, ...trust };
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

function byPassword(
  connection: Connection,
  address: string,
  password: string,
  { deviceName }: Settings,
): Promise<SignedIn> {
  return connection.request('sign-in', (id) => ({ type: 'sign-in', id, address, password, deviceName }));
}

const notSignedIn = errorData('authentication', 'this account has not signed in on this device', {
  scope: 'account',
  userAction: 'sign-in',
});
