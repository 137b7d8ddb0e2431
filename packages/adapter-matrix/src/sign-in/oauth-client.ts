import { readSignIn, type Credentials, type OAuthSession } from '../credentials.ts';
import { Api } from '../wire/api.ts';
import { WireError } from '../wire/error.ts';
import { getText, type JsonMap } from '../wire/json.ts';
import { DEVICE_GRANT, postJson, readAuthorizationServer, type AuthorizationServer } from '../wire/oauth.ts';
import type { Attempt } from './way.ts';

/** Where natter tells who it is; servers want a page and never ask for it. */
const CLIENT_URI = 'https://natter.im/';

/**
 * Asks a homeserver for the server that signs its users in (Matrix 1.18, section "Server metadata discovery"). Null where
 * there is none.
 */
export async function authorizationServerOf({
  api,
  config,
  signal,
}: Pick<Attempt, 'api' | 'config' | 'signal'>): Promise<AuthorizationServer | null> {
  const stable = ['client', 'v1', 'auth_metadata'];
  // Homeservers from before Matrix 1.15 (MSC2965).
  const unstable = ['client', 'unstable', 'org.matrix.msc2965', 'auth_metadata'];
  for (const path of [stable, unstable]) {
    const metadata = await api.call({ method: 'GET', path, signal, anonymous: true }).catch(notThere);
    if (metadata !== null) return readAuthorizationServer(metadata, config.allowInsecure);
  }
  return null;
}

/** Makes natter known to the server (RFC 7591), anew for each sign-in. Resolves with what it is called there. */
export async function registerClient(
  { http, limits, signal }: Attempt,
  server: AuthorizationServer,
  redirectUri: string | null,
): Promise<string> {
  if (server.registration === null)
    throw new WireError('invalid', 'this server lets no new programs sign users in; use an access token');
  const answer = await postJson(
    { http, limits },
    server.registration,
    {
      client_name: 'natter',
      client_uri: CLIENT_URI,
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      ...(redirectUri === null
        ? { grant_types: [DEVICE_GRANT, 'refresh_token'] }
        : {
            redirect_uris: [redirectUri],
            response_types: ['code'],
            grant_types: ['authorization_code', 'refresh_token'],
          }),
    },
    signal,
  );
  const clientId = getText(answer, 'client_id');
  if (clientId === undefined) throw new WireError('protocol', 'the sign-in server gave natter no name');
  return clientId;
}

/** What is asked for: everything, for one device (Matrix 1.18, section "Scope"). */
export function scopeOf(deviceId: string): string {
  return `urn:matrix:client:api:* urn:matrix:client:device:${deviceId}`;
}

/** The device that we were, or a new one, whose name is ours to choose. */
export function deviceFor({ deviceId }: Attempt): string {
  // What RFC 6749 section 3.3 allows in a scope.
  const usable = deviceId !== null && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(deviceId);
  return usable ? deviceId : crypto.randomUUID().replaceAll('-', '').toUpperCase();
}

/** The credentials behind an answer of the token endpoint; whose they are the homeserver says. */
export async function credentialsOf(
  { api, http, limits, signal }: Attempt,
  answer: JsonMap,
  oauth: OAuthSession,
): Promise<Credentials> {
  const token = getText(answer, 'access_token') ?? null;
  if (token === null) throw new WireError('protocol', 'the sign-in server gave no token');
  const signedIn = new Api({ http, base: api.base, limits, token: () => token });
  const path = ['client', 'v3', 'account', 'whoami'];
  const who = await signedIn.call({ method: 'GET', path, signal });
  const credentials = readSignIn({ ...answer, ...who, access_token: token }, Date.now());
  if (credentials === null) throw new WireError('protocol', 'the server does not say whose token it is');
  return { ...credentials, oauth };
}

function notThere(error: unknown): null {
  // Whatever a homeserver without it says: 404, 405, and 400 or 403 of proxies.
  if (error instanceof WireError && error.code === 'refused' && error.status < 500 && error.status !== 429)
    return null;
  throw error;
}
