import { errorData, NatterError } from '@natter/core/model';
import { WireError } from '../wire/error.ts';
import { get, getList, getText, isMap, type JsonMap } from '../wire/json.ts';
import type { AuthorizationServer } from '../wire/oauth.ts';
import { DeviceGrant } from './device-grant.ts';
import { OAuthSignIn } from './oauth.ts';
import { authorizationServerOf } from './oauth-client.ts';
import { byPassword, byToken } from './password.ts';
import { Registration } from './registration.ts';
import { SsoSignIn } from './sso.ts';
import type { Attempt, Way } from './way.ts';

/**
 * The way that the user chose, or the one that suits what the homeserver offers: a password where it takes one and does
 * not ask for better, else a browser. Rejects with WireError or NatterError when there is none.
 */
export async function chooseWay(attempt: Attempt, registers: boolean): Promise<Way> {
  const { signIn } = attempt.config;
  if (signIn === 'token' && !registers) return byToken;
  if (signIn === 'oauth' || signIn === 'device')
    return oauthWay(attempt, await authorizationServerOf(attempt), registers);
  const flows = await flowsOf(attempt);
  const prefersOAuth = flows.some((flow) => get(flow, 'oauth_aware_preferred') === true);
  if (registers) {
    if (!prefersOAuth) return new Registration();
    return oauthWay(attempt, await authorizationServerOf(attempt), true);
  }
  const offers = (type: string): boolean => flows.some((flow) => get(flow, 'type') === type);
  if (signIn === 'password') return offers('m.login.password') ? byPassword : noWayIn(flows);
  if (signIn === null && offers('m.login.password') && !prefersOAuth) return byPassword;
  const server = signIn === 'sso' ? null : await authorizationServerOf(attempt);
  if (server !== null) return oauthWay(attempt, server, false);
  return offers('m.login.sso') ? new SsoSignIn() : noWayIn(flows);
}

/** A homeserver whose users are signed in by OAuth alone may know no other flows, nor the question. */
async function flowsOf({ api, signal }: Attempt): Promise<readonly JsonMap[]> {
  const path = ['client', 'v3', 'login'];
  const answer = await api.call({ method: 'GET', path, signal, anonymous: true }).catch(unknownQuestion);
  return getList(answer, 'flows').filter(isMap);
}

function unknownQuestion(error: unknown): JsonMap {
  if (error instanceof WireError && (error.errcode === 'M_UNRECOGNIZED' || error.status === 405)) return {};
  throw error;
}

function oauthWay({ config, platform }: Attempt, server: AuthorizationServer | null, creates: boolean): Way {
  if (server === null) throw unsupported('this homeserver signs nobody in by OAuth; leave signIn away');
  const here = platform.loopback !== null && server.authorization !== null;
  if (creates && !(here && server.creates))
    throw unsupported('accounts of this homeserver are made on its own page; do that first and sign in then');
  const elsewhere = config.signIn === 'device' || !here;
  return elsewhere && !creates ? new DeviceGrant(server) : new OAuthSignIn(server, creates);
}

function noWayIn(flows: readonly JsonMap[]): never {
  const types = flows.map((flow) => getText(flow, 'type')).filter((type) => type !== undefined);
  throw unsupported(
    'this homeserver offers no way to sign in that natter knows; sign in with an access token: --set signIn=token --password-stdin',
    types.slice(0, 20),
  );
}

function unsupported(message: string, offered: readonly string[] = []): NatterError {
  return new NatterError(errorData('unsupported', message, { scope: 'account', condition: { offered } }));
}
