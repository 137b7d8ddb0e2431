/** What links the services with their server. */
export const SERVICES_NAME = 'services.natter.test';
const LINK_PASSWORD = 'between-servers';

/** What InspIRCd needs to let them link, and to hand sign-ins over to them. */
export const SERVER_SIDE: string = `<module name="hidechans">
<module name="svshold">
<module name="sasl">
<sasl target="${SERVICES_NAME}" requiressl="no">
<link name="${SERVICES_NAME}" ipaddr="127.0.0.1" port="1" allowmask="127.0.0.0/8" recvpass="${LINK_PASSWORD}" sendpass="${LINK_PASSWORD}">
<uline server="${SERVICES_NAME}" silent="yes">`;

/** Anope's file: NickServ with accounts that need no mail, and sign-in by SASL. */
export function anopeConfig(port: number, folder: string): string {
  const modules = [
    'ns_register',
    'ns_identify',
    'ns_recover',
    'ns_logout',
    'ns_cert',
    'm_sasl',
    'enc_sha256',
  ];
  const commands = ['register', 'identify', 'recover', 'logout', 'cert'];
  return `serverinfo { name = "${SERVICES_NAME}"; description = "natter test services"; id = "00A"; pid = "${folder}/services.pid"; motd = "${folder}/services.motd" }
uplink { host = "127.0.0.1"; port = ${port}; password = "${LINK_PASSWORD}" }
networkinfo { networkname = "natter"; nicklen = 20; userlen = 10; hostlen = 64; chanlen = 64 }
options { casemap = "rfc1459"; readtimeout = 5s; warningtimeout = 1h; timeoutcheck = 3s; usermodes = "+i" }
mail { usemail = no }
service { nick = "NickServ"; user = "services"; host = "${SERVICES_NAME}"; gecos = "Nickname Registration Service" }
module { name = "inspircd3"; use_server_side_mlock = no; use_server_side_topiclock = no }
module { name = "nickserv"; client = "NickServ"; forceemail = no; passlen = 32; registration = "none"; enforceruser = "user"; enforcerhost = "${SERVICES_NAME}"; releasetimeout = 1m; guestnickprefix = "Guest"; defaults = "ns_secure" }
${modules.map((name) => `module { name = "${name}"; registration = "none" }`).join('\n')}
${commands.map((name) => `command { service = "NickServ"; name = "${name.toUpperCase()}"; command = "nickserv/${name}" }`).join('\n')}
`;
}

/** Atheme's file, with the same. */
export function athemeConfig(port: number): string {
  const modules = [
    'protocol/inspircd', 'backend/opensex', 'crypto/pbkdf2v2', 'nickserv/main', 'nickserv/cert', 'nickserv/register',
    'nickserv/identify', 'nickserv/logout', 'nickserv/ghost', 'saslserv/main', 'saslserv/external', 'saslserv/plain',
  ]; // prettier-ignore
  return `${modules.map((name) => `loadmodule "modules/${name}";`).join('\n')}
serverinfo { name = "${SERVICES_NAME}"; desc = "natter test services"; numeric = "00A"; recontime = 1; netname = "natter";
  adminname = "natter"; adminemail = "admin@natter.test"; registeremail = "admin@natter.test"; auth = none; casemapping = rfc1459; };
general { commit_interval = 5; };
uplink "irc.natter.test" { host = "127.0.0.1"; port = ${port}; send_password = "${LINK_PASSWORD}"; receive_password = "${LINK_PASSWORD}"; };
nickserv { nick = "NickServ"; user = "NickServ"; host = "${SERVICES_NAME}"; real = "Nickname Services"; };
saslserv { nick = "SaslServ"; user = "SaslServ"; host = "${SERVICES_NAME}"; real = "SASL"; };
`;
}
