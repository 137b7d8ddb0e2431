import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { userIds } from '../child-server.ts';
import { startLoopbackServer, type LoopbackServer } from '../loopback-server.ts';

const CONNECTED_WITHIN = 20_000;
/** Debian's user for it is `_biboumi`. */
const SYSTEM_USER = '_biboumi';

/** How a biboumi is to be. */
export interface BiboumiOptions {
  /** Its domain and secret, as the XMPP server knows them. */
  readonly domain: string;
  readonly secret: string;
  /** Where the XMPP server takes components. */
  readonly componentPort: number;
  /** The IRC server behind it, which XMPP clients call `irc` as in `#channel%irc@<domain>`. */
  readonly irc: { readonly host: string; readonly port: number };
  /** Bare addresses of those who may use it: each of them has settings of IRC servers of their own. */
  readonly users: readonly string[];
}

/** Starts a biboumi, an IRC gateway, as a component of an XMPP server. Stop it in `afterAll`. */
export async function startBiboumi(options: BiboumiOptions): Promise<LoopbackServer> {
  const server = await startLoopbackServer({
    name: 'biboumi',
    where: 'machine',
    user: SYSTEM_USER,
    ports: 1,
    files: (folder, ports) => ({ 'biboumi.cfg': configText(folder, ports, options) }),
    command: (folder) => ({ program: 'biboumi', parameters: [join(folder, 'biboumi.cfg')] }),
    prepare: (folder) => writeServerOptions(join(folder, 'biboumi.sqlite'), options),
  });
  const end = Date.now() + CONNECTED_WITHIN;
  while (!server.log().includes('Authenticated with the XMPP server')) {
    if (Date.now() > end) {
      await server.stop();
      throw new Error(`biboumi did not reach the XMPP server:\n${server.log()}`);
    }
    await delay(25);
  }
  return server;
}

/** The port that is waited for is that of its identd, which comes before the connection to the XMPP server. */
function configText(
  folder: string,
  [identd]: readonly number[],
  { domain, secret, componentPort }: BiboumiOptions,
): string {
  return `hostname=${domain}
password=${secret}
xmpp_server_ip=127.0.0.1
port=${componentPort}
db_name=${join(folder, 'biboumi.sqlite')}
policy_directory=${folder}
log_level=0
identd_port=${identd}
`;
}

/** What a user would set by the ad-hoc command `configure` of the IRC server; columns that are missing here it adds itself. */
function writeServerOptions(path: string, { irc, users }: BiboumiOptions): void {
  const database = new DatabaseSync(path);
  database.exec(
    `CREATE TABLE ircserveroptions_ (id_ INTEGER PRIMARY KEY AUTOINCREMENT, owner_ TEXT, server_ TEXT,
      address_ TEXT, ports_ TEXT, tlsports_ TEXT, throttlelimit_ INTEGER)`,
  );
  const insert = database.prepare(
    `INSERT INTO ircserveroptions_ (owner_, server_, address_, ports_, tlsports_, throttlelimit_) VALUES (?, 'irc', ?, ?, '', -1)`,
  );
  for (const user of users) insert.run(user, irc.host, String(irc.port));
  database.close();
  const ids = process.getuid?.() === 0 ? userIds(SYSTEM_USER) : undefined;
  if (ids !== undefined) chownSync(path, ids.uid, ids.gid);
}
