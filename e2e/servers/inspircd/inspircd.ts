import { createTestCa, type IssuedCertificate, type TestCa } from '@natter/testing/tls';
import { startLoopbackServer, type LoopbackServer } from '../loopback-server.ts';

/** How an InspIRCd is to be. */
export interface InspircdOptions {
  /** What the server is called, and its number; servers that are linked need their own. */
  readonly name?: string;
  readonly id?: string;
  /** What every client must give with PASS. */
  readonly password?: string;
  /** Signs the server's certificate; a new one by default. */
  readonly ca?: TestCa;
  /** A certificate of one's own making, such as a faulty one. */
  readonly certificate?: IssuedCertificate;
  /** More configuration, such as a `<link>`. */
  readonly extra?: string;
}

/** A running InspIRCd that belongs to one test. */
export interface InspircdServer extends LoopbackServer {
  readonly port: number;
  /** Port with TLS. */
  readonly tlsPort: number;
  readonly ca: TestCa;
  /** Where other servers link. */
  readonly linkPort: number;
}

/** A server with what InspIRCd has of IRCv3. */
const MODULES: readonly string[] = [
  'banexception', 'banredirect', 'botmode', 'cap', 'customprefix', 'inviteexception', 'ircv3', 'ircv3_accounttag',
  'ircv3_batch', 'ircv3_capnotify', 'ircv3_chghost', 'ircv3_ctctags', 'ircv3_echomessage', 'ircv3_invitenotify',
  'ircv3_labeledresponse', 'ircv3_msgid', 'ircv3_servertime', 'monitor', 'namesx', 'sajoin', 'sanick', 'sapart', 'services_account', 'setname',
  'spanningtree', 'ssl_gnutls', 'uhnames',
]; // prettier-ignore

/** Starts an InspIRCd (version 3) on free loopback ports. Stop it in `afterAll`. */
export async function startInspircd(options: InspircdOptions = {}): Promise<InspircdServer> {
  const ca = options.ca ?? (await createTestCa());
  const certificate = options.certificate ?? (await ca.issue({ hosts: ['localhost', '127.0.0.1'] }));
  const server = await startLoopbackServer({
    name: 'inspircd',
    where: 'machine',
    user: 'irc',
    ports: 3,
    files: (folder, ports) => ({
      'inspircd.conf': configText(folder, ports, options),
      'server.crt': certificate.chain,
      'server.key': certificate.key,
    }),
    command: (folder) => ({
      program: 'inspircd',
      parameters: ['--nofork', '--nolog', '--config', `${folder}/inspircd.conf`],
    }),
  });
  const [port = 0, linkPort = 0, tlsPort = 0] = server.ports;
  return { ...server, port, linkPort, tlsPort, ca };
}

function configText(
  folder: string,
  [port, linkPort, tlsPort]: readonly number[],
  { name = 'irc.natter.test', id = '1NA', password, extra = '' }: InspircdOptions,
): string {
  return `<config format="xml">
<server name="${name}" description="natter test server" network="natter" id="${id}">
<admin name="natter" email="admin@natter.test" nick="natter">
<pid file="${folder}/inspircd.pid">
<path configdir="${folder}" datadir="${folder}" logdir="${folder}" runtimedir="${folder}">
<bind address="127.0.0.1" port="${port}" type="clients">
<bind address="127.0.0.1" port="${linkPort}" type="servers">
<bind address="127.0.0.1" port="${tlsPort}" type="clients" sslprofile="tls">
<sslprofile name="tls" provider="gnutls" certfile="${folder}/server.crt" keyfile="${folder}/server.key">
<connect name="main"${password === undefined ? '' : ` password="${password}"`} allow="*" timeout="60" pingfreq="120" commandrate="1000000" fakelag="no" threshold="10000"
  hardsendq="10M" softsendq="1M" recvq="1M" localmax="1000" globalmax="1000" maxchans="100" resolvehostnames="no">
<options casemapping="rfc1459" prefixquit="Quit: ">
<limits maxnick="20">
${MODULES.map((module) => `<module name="${module}">`).join('\n')}
<customprefix name="founder" letter="q" prefix="~" rank="50000" ranktoset="50000">
<customprefix name="admin" letter="a" prefix="&amp;" rank="40000" ranktoset="50000">
<customprefix name="halfop" letter="h" prefix="%" rank="20000" ranktoset="30000">
${extra}
`;
}
