import type { AccountSpec, SessionHost } from '@natter/core';
import { secretName } from '../mapping/credential.ts';
import { errorOf } from '../mapping/errors.ts';
import type { Settings } from '../options.ts';
import { signIn } from './sign-in.ts';

/**
 * The account leaves this installation: its token is forgotten, and with `remote` its device is signed out, so that
 * contacts see it offline at once. Never rejects: what the server could not be told, the owner can remove from any device.
 */
export async function forgetDevice(
  spec: AccountSpec,
  host: SessionHost,
  settings: Settings,
  { remote, signal }: { remote: boolean; signal: AbortSignal },
): Promise<void> {
  try {
    if (remote) await signOut(spec, host, settings, signal);
  } catch (caught) {
    host.log('warn', 'native.sign-out-failed', { code: errorOf(caught, 'account').code });
  }
  try {
    await host.setSecret(secretName, null);
  } catch (caught) {
    host.log('warn', 'native.token-not-forgotten', { code: errorOf(caught, 'account').code });
  }
}

async function signOut(
  spec: AccountSpec,
  host: SessionHost,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const context = await signIn(spec, host, settings, signal);
  if ('why' in context) return;
  try {
    await context.connection.request('sign-out', (id) => ({ type: 'sign-out', id }), signal);
  } finally {
    context.connection.close();
    await context.connection.closed;
  }
}
