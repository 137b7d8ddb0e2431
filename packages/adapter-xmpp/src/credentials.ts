import type { BaseHost } from '@natter/core';
import { errorData, NatterError } from '@natter/core/model';
import type { ClientCertificate, Credentials } from '@natter/wire';
import type { XmppConfig } from './config.ts';
import { formatAddress, parseAddress, type Address } from './wire/address.ts';
import { WireError } from './wire/error.ts';

/** Names under which the host keeps what sign-in needs. The mechanism is no secret, but must be as hard to tamper with. */
export const PASSWORD = 'password';
/** The key of the client certificate, in PEM. */
export const KEY = 'key';
export const MECHANISM = 'sasl-mechanism';
/** The token by which this device signs in without the password (XEP-0484), and the name of the device to the server. */
export const TOKEN = 'sign-in-token';
export const AGENT = 'user-agent';

/** Who an account is: its bare address in parts and as text. */
export interface Identity extends Address {
  readonly bare: string;
}

/** Reads the address of an account. Throws NatterError `invalid`. */
export function readIdentity(address: string): Identity {
  const parsed = parseAddress(address);
  if (parsed === null || parsed.local === '' || parsed.resource !== '') {
    const message = `${JSON.stringify(address)} is no XMPP address: it should look like name@example.org`;
    throw new NatterError(errorData('invalid', message, { scope: 'account', userAction: 'check-address' }));
  }
  return { ...parsed, bare: formatAddress(parsed) };
}

/** What to show of ourselves to the server; null where there is no certificate or its key is not known. */
export async function clientCertificate(
  { certificate }: Pick<XmppConfig, 'certificate'>,
  host: BaseHost,
): Promise<ClientCertificate | null> {
  const key = certificate === null ? null : await host.secret(KEY);
  return certificate === null || key === null ? null : { certificate, key };
}

/** Credentials whose password is fetched from the host once it is needed. */
export function storedCredentials(identity: Identity, host: BaseHost): Credentials {
  return {
    username: identity.local,
    async password() {
      const password = await host.secret(PASSWORD);
      if (password !== null) return password;
      throw new WireError('no-password', `no password is known for ${identity.bare}`);
    },
  };
}
