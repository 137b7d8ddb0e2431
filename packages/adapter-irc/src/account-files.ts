import type { ConnectionParts } from './connection-parts.ts';
import { PASSWORD } from './credentials.ts';
import { FileHost } from './features/file-host.ts';

/** The server's place for files; our password goes there only if it was a password that we signed in with. */
export function fileHostOf({ signedIn, host, config, limits, wantedNick, fetch }: ConnectionParts): FileHost {
  const { connection, registered } = signedIn;
  const account = async (): Promise<{ name: string; password: string } | null> => {
    const password = registered.mechanism === null ? null : await host.secret(PASSWORD);
    return password === null ? null : { name: config.username ?? wantedNick, password };
  };
  return new FileHost({
    host,
    support: registered.support,
    http: (request) =>
      fetch({ ...request, authorities: config.trust.authorities, patience: limits.answerTime }),
    secure: connection.secure,
    server: signedIn.host,
    account,
  });
}
