import type { Identity } from './credentials.ts';
import { connect, type ConnectOptions } from './wire/connect.ts';
import { authenticate, secureStream } from './wire/login.ts';

/** Where, and as whom. */
export type TrySignInOptions = ConnectOptions & {
  readonly identity: Identity;
  readonly allowInsecure: boolean;
};

/** Finds out whether a password is right. Gives the mechanism that proved it, to be pinned. Rejects with WireError. */
export async function trySignIn(
  options: TrySignInOptions,
  password: string,
  signal: AbortSignal,
): Promise<string> {
  const { identity, allowInsecure } = options;
  const credentials = { username: identity.local, password: () => Promise.resolve(password) };
  const { stream, result: mechanism } = await connect(
    options,
    async (stream, inner) => {
      const features = await secureStream(stream, identity.bare, allowInsecure, inner);
      return authenticate(stream, features, credentials);
    },
    signal,
  );
  await stream.close();
  return mechanism;
}
