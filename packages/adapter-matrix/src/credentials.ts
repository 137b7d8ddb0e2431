import type { BaseHost } from '@natter/core';
import { isUserId } from './mapping/keys.ts';
import { get, getList, getMap, getNumber, getText, isMap, type JsonMap } from './wire/json.ts';

/** The secret that holds everything by which a device is signed in: one, so that its parts change together. */
export const SESSION = 'session';

/** By what tokens of an OAuth sign-in are renewed and revoked. */
export interface OAuthSession {
  /** What natter is called there. */
  readonly clientId: string;
  readonly token: string;
  /** Null where tokens cannot be revoked. */
  readonly revocation: string | null;
}

/** By what a device is signed in. */
export interface Credentials {
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
  /** Null where the server gives tokens that last. */
  readonly refreshToken: string | null;
  /** When the access token ends, milliseconds since 1970; null for never. */
  readonly expiresAt: number | null;
  /** Null where the homeserver itself gave the tokens. */
  readonly oauth: OAuthSession | null;
  /** The server has destroyed the device: nothing of it may be used again (Matrix 1.18, section "Soft logout"). */
  readonly ended: boolean;
  /** Devices of this account that are no more, but whose keys are still here. */
  readonly former: readonly string[];
}

/** Reads what a server says after a sign-in; null when something is missing. */
export function readSignIn(answer: JsonMap, now: number): Credentials | null {
  const userId = getText(answer, 'user_id');
  const deviceId = getText(answer, 'device_id');
  const tokens = readTokens(answer, now);
  if (!isUserId(userId) || deviceId === undefined || tokens === null) return null;
  return { userId, deviceId, ...tokens, oauth: null, ended: false, former: [] };
}

/** Reads the tokens of an answer; null when there is none. */
export function readTokens(
  answer: JsonMap,
  now: number,
): Pick<Credentials, 'accessToken' | 'refreshToken' | 'expiresAt'> | null {
  const accessToken = getText(answer, 'access_token');
  if (accessToken === undefined || accessToken === '') return null;
  const seconds = getNumber(answer, 'expires_in'); // OAuth's (RFC 6749 section 5.1)
  const life = getNumber(answer, 'expires_in_ms') ?? (seconds === undefined ? undefined : seconds * 1000);
  return {
    accessToken,
    refreshToken: getText(answer, 'refresh_token') ?? null,
    expiresAt: life === undefined ? null : now + life,
  };
}

/** The credentials that the host keeps; null when there are none or they are not whole. */
export async function storedCredentials(host: BaseHost): Promise<Credentials | null> {
  try {
    const value: unknown = JSON.parse((await host.secret(SESSION)) ?? 'null');
    if (!isMap(value)) return null;
    const userId = getText(value, 'userId');
    const deviceId = getText(value, 'deviceId');
    const accessToken = getText(value, 'accessToken');
    if (!isUserId(userId) || deviceId === undefined || accessToken === undefined) return null;
    const refreshToken = getText(value, 'refreshToken') ?? null;
    const expiresAt = getNumber(value, 'expiresAt') ?? null;
    return {
      userId,
      deviceId,
      accessToken,
      refreshToken,
      expiresAt,
      oauth: readOAuth(getMap(value, 'oauth')),
      ended: get(value, 'ended') === true,
      former: getList(value, 'former').filter((each) => typeof each === 'string'),
    };
  } catch {
    return null; // spoilt: signing in anew mends it
  }
}

function readOAuth(map: JsonMap | undefined): OAuthSession | null {
  const [clientId, token] = [getText(map, 'clientId'), getText(map, 'token')];
  if (clientId === undefined || token === undefined) return null;
  return { clientId, token, revocation: getText(map, 'revocation') ?? null };
}

/** Keeps credentials; durable when resolved. */
export function storeCredentials(host: BaseHost, credentials: Credentials): Promise<void> {
  return host.setSecret(SESSION, JSON.stringify(credentials));
}

/** Keeps the credentials of a device that takes the place of another, whose keys are not forgotten. */
export async function replaceCredentials(host: BaseHost, credentials: Credentials): Promise<void> {
  const known = await storedCredentials(host);
  const before = known === null ? [] : [...known.former, known.deviceId];
  const former = [...new Set(before)].filter((each) => each !== credentials.deviceId);
  await storeCredentials(host, { ...credentials, former });
}

/** Notes that the server has destroyed the device. */
export async function endCredentials(host: BaseHost): Promise<void> {
  const known = await storedCredentials(host);
  if (known !== null) await storeCredentials(host, { ...known, ended: true });
}
