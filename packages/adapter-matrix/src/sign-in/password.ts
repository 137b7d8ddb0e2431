import { errorData, NatterError, type Field, type Step } from '@natter/core/model';
import { readSignIn, type Credentials } from '../credentials.ts';
import { localpartOf } from '../mapping/keys.ts';
import { WireError } from '../wire/error.ts';
import type { JsonMap } from '../wire/json.ts';
import { DEVICE_NAME, type Attempt, type Way } from './way.ts';

const PASSWORD: Field = { name: 'password', label: 'Password', secret: true, required: true };
const TOKEN: Field = { name: 'token', label: 'Access token', secret: true, required: true };

/** A password, which is asked for, sent once and not kept. */
export const byPassword: Way = {
  async next(attempt) {
    const { userId, values } = attempt;
    const { password } = values;
    if (!password) return fields(`Sign in to ${userId}`, PASSWORD);
    const identifier = { type: 'm.id.user', user: localpartOf(userId) };
    return login(attempt, { type: 'm.login.password', identifier, password });
  },
  close() {},
};

/** A token that was made elsewhere, and belongs to the device that it was made for. */
export const byToken: Way = {
  async next({ api, userId, values, signal }) {
    const { token } = values;
    if (!token) return fields(`Sign in to ${userId}`, TOKEN);
    const answer = await api.call({ method: 'GET', path: ['client', 'v3', 'account', 'whoami'], signal });
    const credentials = readSignIn({ ...answer, access_token: token }, Date.now());
    if (credentials === null) throw new WireError('protocol', 'the server does not say whose token it is');
    return credentials;
  },
  close() {},
};

/** Signs in with a proof (Matrix 1.18, section "Login" of the legacy API), as the device that we were if we may. */
export async function login({ api, deviceId, signal }: Attempt, proof: JsonMap): Promise<Credentials> {
  const device = deviceId === null ? {} : { device_id: deviceId };
  const body = { ...proof, initial_device_display_name: DEVICE_NAME, refresh_token: true, ...device };
  const path = ['client', 'v3', 'login'];
  const answer = await api.call({ method: 'POST', path, body, signal, anonymous: true }).catch(wrongPassword);
  const credentials = readSignIn(answer, Date.now());
  if (credentials === null) throw new WireError('protocol', 'the server signed nobody in');
  return credentials;
}

/** A form with one field. */
export function fields(title: string, field: Field): Step {
  return { kind: 'fields', title, fields: [field] };
}

/** M_FORBIDDEN at sign-in is about the password; elsewhere it is about rights. */
function wrongPassword(error: unknown): never {
  if (!(error instanceof WireError) || error.errcode !== 'M_FORBIDDEN') throw error;
  throw new NatterError(
    errorData('authentication', 'the user name or the password is wrong', {
      scope: 'account',
      userAction: 'sign-in',
      condition: { status: error.status, errcode: 'M_FORBIDDEN' },
    }),
  );
}
