/** What signs a device in without the password. */
export interface Credential {
  readonly device: string;
  readonly token: string;
}

/** The name of the one secret that is kept. */
export const secretName = 'token';

/** One text for both, so that they are replaced together. */
export function encodeCredential(credential: Credential): string {
  return JSON.stringify([credential.device, credential.token]);
}

/** Reads a stored secret; `null` when there is none, or it is not one of ours. */
export function decodeCredential(secret: string | null): Credential | null {
  if (secret === null) return null;
  try {
    const value: unknown = JSON.parse(secret);
    if (!Array.isArray(value)) return null;
    const [device, token] = value as readonly unknown[];
    return typeof device === 'string' && typeof token === 'string' ? { device, token } : null;
  } catch {
    return null;
  }
}
