import { Asks } from './asks.ts';
import { keepsHistory, labelsAnswers } from './capabilities.ts';
import { Commits } from './commits.ts';
import type { ConnectionParts } from './connection-parts.ts';
import { PASSWORD } from './credentials.ts';
import { Doubts } from './features/doubts.ts';
import { FileHost } from './features/file-host.ts';
import { Positions } from './features/positions.ts';
import type { Runtime } from './runtime.ts';

/** What the features of a connection share. */
export function makeRuntime(parts: ConnectionParts): Runtime {
  const { signedIn, host, config, limits } = parts;
  const { connection, registered } = signedIn;
  const { support, negotiation, nick } = registered;
  const { enabled, offered } = negotiation;
  const labels = (): boolean => labelsAnswers(enabled);
  const commits = new Commits(host, connection);
  const kept = keepsHistory(enabled);
  return {
    connection,
    host,
    config,
    commits,
    asks: new Asks({ connection, support, labels, bouncer: isBouncer(offered), time: limits.answerTime }),
    support,
    enabled,
    offered,
    files: fileHostOf(parts),
    positions: new Positions(commits, kept, (key) => support.isChannel(key)),
    doubts: new Doubts(commits, kept),
    nick,
    mask: null,
  };
}

/** Whether ZNC, soju or one of their kin stands between us and the server: they offer capabilities of their own. */
function isBouncer(offered: ReadonlyMap<string, string>): boolean {
  return [...offered.keys()].some((name) => name.startsWith('znc.in/') || name.startsWith('soju.im/'));
}

/** The server's place for files; our password goes there only if it was a password that we signed in with. */
function fileHostOf({ signedIn, host, config, limits, wantedNick, fetch }: ConnectionParts): FileHost {
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
