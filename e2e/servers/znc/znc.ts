import { startLoopbackServer, type LoopbackServer } from '../loopback-server.ts';

/** How a ZNC is to be. */
export interface ZncOptions {
  /** The IRC server behind it. */
  readonly upstream: { readonly host: string; readonly port: number };
  readonly nick: string;
  readonly password: string;
  /** Channels that it is in whether somebody is there or not. */
  readonly channels?: readonly string[];
}

/** A running ZNC that belongs to one test: the user and the network are called `user` and `net`. */
export interface ZncServer extends LoopbackServer {
  readonly port: number;
}

/** Starts a ZNC with one user on a free loopback port. Stop it in `afterAll`. */
export async function startZnc(options: ZncOptions): Promise<ZncServer> {
  const server = await startLoopbackServer({
    name: 'znc',
    where: 'machine',
    user: 'irc',
    ports: 1,
    files: (_, ports) => ({ 'configs/znc.conf': configText(ports, options) }),
    command: (folder) => ({ program: 'znc', parameters: ['--foreground', '--datadir', folder] }),
  });
  return { ...server, port: server.ports[0] ?? 0 };
}

/** Buffers are played to everybody who comes and not emptied then. */
function configText(
  [port]: readonly number[],
  { upstream, nick, password, channels = [] }: ZncOptions,
): string {
  return `Version = 1.8.2
AnonIPLimit = 100
ServerThrottle = 1
ConnectDelay = 1
<Listener l>
  Host = 127.0.0.1
  Port = ${port}
  IPv4 = true
  IPv6 = false
  SSL = false
  AllowIRC = true
  AllowWeb = false
</Listener>
<User user>
  Admin = false
  Nick = ${nick}
  AltNick = ${nick}_
  Ident = ${nick}
  RealName = ${nick}
  AutoClearChanBuffer = false
  AutoClearQueryBuffer = false
  ChanBufferSize = 100
  QueryBufferSize = 100
  <Pass password>
    Method = plain
    Hash = ${password}
  </Pass>
  <Network net>
    FloodBurst = 1000
    FloodRate = 1000.00
    IRCConnectEnabled = true
    JoinDelay = 0
    Server = ${upstream.host} ${upstream.port}
${channels.map((name) => `    <Chan ${name}>\n    </Chan>`).join('\n')}
  </Network>
</User>
`;
}
