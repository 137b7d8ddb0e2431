import { createTestCa, type IssuedCertificate, type TestCa } from '@natter/testing/tls';
import { startLoopbackServer, type LoopbackServer } from '../loopback-server.ts';

/** How an ircd-hybrid is to be. */
export interface IrcdHybridOptions {
  /** What every client must give with PASS. */
  readonly password?: string;
  /** Signs the server's certificate; a new one by default. */
  readonly ca?: TestCa;
  /** A certificate of one's own making, such as a faulty one. */
  readonly certificate?: IssuedCertificate;
}

/** A running ircd-hybrid that belongs to one test. */
export interface IrcdHybridServer extends LoopbackServer {
  readonly port: number;
  /** Port with TLS. */
  readonly tlsPort: number;
  readonly ca: TestCa;
}

/** Starts an ircd-hybrid in the sid root on a free loopback port. Stop it in `afterAll`. */
export async function startIrcdHybrid(options: IrcdHybridOptions = {}): Promise<IrcdHybridServer> {
  const ca = options.ca ?? (await createTestCa());
  const certificate = options.certificate ?? (await ca.issue({ hosts: ['localhost', '127.0.0.1'] }));
  const server = await startLoopbackServer({
    name: 'ircd-hybrid',
    where: 'sid',
    user: 'irc',
    ports: 2,
    files: (folder, ports) => ({
      'ircd.conf': configText(folder, ports, options),
      'server.crt': certificate.chain,
      'server.key': certificate.key,
    }),
    command: (folder) => ({
      program: '/usr/sbin/ircd-hybrid',
      parameters: [
        ['-foreground'],
        ['-configfile', `${folder}/ircd.conf`],
        ['-klinefile', `${folder}/kline.db`],
        ['-dlinefile', `${folder}/dline.db`],
        ['-xlinefile', `${folder}/xline.db`],
        ['-resvfile', `${folder}/resv.db`],
        ['-logfile', `${folder}/ircd.log`],
        ['-pidfile', `${folder}/ircd.pid`],
      ].flat(),
    }),
  });
  const [port = 0, tlsPort = 0] = server.ports;
  return { ...server, port, tlsPort, ca };
}

function configText(
  folder: string,
  [port, tlsPort]: readonly number[],
  { password }: IrcdHybridOptions,
): string {
  return `serverinfo { name = "irc.natter.test"; sid = "1NA"; description = "natter test server";
  network_name = "natter"; network_description = "natter"; hub = no; default_max_clients = 512;
  max_nick_length = 20; max_topic_length = 200; tls_certificate_file = "${folder}/server.crt"; rsa_private_key_file = "${folder}/server.key"; };
administrator { name = "natter"; description = "natter"; email = "<admin@natter.test>"; };
class { name = "users"; ping_time = 90 seconds; max_number = 100; number_per_ip_local = 100; number_per_ip_global = 100;
  sendq = 10 megabytes; recvq = 8000 bytes; };
auth { user = "*@*"; class = "users";${password === undefined ? '' : ` password = "${password}";`} flags = exceed_limit, kline_exempt, no_tilde; };
listen { host = "127.0.0.1"; port = ${port}; flags = tls; port = ${tlsPort}; };
.include "/etc/ircd-hybrid/modules.conf"
general { disable_auth = yes; throttle_count = 100; throttle_time = 1 seconds; anti_nick_flood = no; pace_wait = 0; pace_wait_simple = 0;
  anti_spam_exit_message_time = 0; default_floodcount = 10000; };
channel { max_channels = 50; knock_delay_channel = 0; invite_client_count = 100; };
log { use_logging = no; };
`;
}
