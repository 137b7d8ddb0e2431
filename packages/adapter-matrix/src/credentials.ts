import type { BaseHost } from '@natter/core';
import { isUserId } from './mapping/keys.ts';
import { getNumber, getText, isMap, type JsonMap } from './wire/json.ts';

/** The secret that holds everything by which a device is signed in: one, so that its parts change together. */
export const SESSION = 'session';

/** By what a device is signed in. */
export interface Credentials {
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
  /** Null where the server gives tokens that last. */
  readonly refreshToken: string | null;
  /** When the access token ends, milliseconds since 1970; null for never. */
  readonly expiresAt: number | null;
}

/** Reads what a server says after a sign-in; null when something is missing. */
export function readSignIn(answer: JsonMap, now: number): Credentials | null {
  const userId = getText(answer, 'user_id');
  const deviceId = getText(answer, 'device_id');
  const tokens = readTokens(answer, now);
  if (!isUserId(userId) || deviceId === undefined || tokens === null) return null;
  return { userId, deviceId, ...tokens };
}

/** Reads the tokens of an answer; null when there is none. */
export function readTokens(
  answer: JsonMap,
  now: number,
): Pick<Credentials, 'accessToken' | 'refreshToken' | 'expiresAt'> | null {
  const accessToken = getText(answer, 'access_token');
  if (accessToken === undefined || accessToken === '') return null;
  const life = getNumber(answer, 'expires_in_ms');
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
    return { userId, deviceId, accessToken, refreshToken, expiresAt: getNumber(value, 'expiresAt') ?? null };
  } catch {
    return null; // spoilt: signing in anew mends it
  }
}

/** Keeps credentials; durable when resolved. */
export function storeCredentials(host: BaseHost, credentials: Credentials): Promise<void> {
  return host.setSecret(SESSION, JSON.stringify(credentials));
}
