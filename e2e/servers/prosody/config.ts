import { COMMUNITY_MODULES } from './installation.ts';
import type { PasswordHash } from './accounts.ts';

/** A service of others that is part of the server, such as a gateway (XEP-0114). */
export interface ProsodyComponent {
  readonly domain: string;
  readonly secret: string;
}

/** All that varies between one Prosody of a test and another. */
export interface ProsodyConfig {
  readonly folder: string;
  readonly hosts: readonly string[];
  readonly port: number;
  readonly tlsPort: number;
  readonly httpPort: number;
  readonly componentPort: number;
  readonly registration: boolean;
  readonly files: boolean;
  readonly websocket: boolean;
  readonly archive: 'internal' | 'sqlite';
  readonly passwordHash: PasswordHash;
  readonly modules: readonly string[];
  readonly components: readonly ProsodyComponent[];
  readonly forBench: boolean;
  /** Whether the server may stay root, which it is only where there is nothing else. */
  readonly asRoot: boolean;
  readonly extra: string;
}

const MODULES: readonly string[] = (
  'roster saslauth tls disco smacks carbons mam blocklist pep private bookmarks ' +
  'vcard4 vcard_legacy csi csi_simple ping time version offline'
).split(' ');

/** Prosody's configuration file, in which no path leads out of the server's own folder. */
export function prosodyConfig(config: ProsodyConfig): string {
  const hosts = config.hosts.map((host) => hostSection(host, config));
  const components = config.components.map(
    ({ domain, secret }) => `Component "${domain}"\n  component_secret = "${secret}"\n`,
  );
  return [globalSection(config), ...hosts, ...components, config.extra].join('\n');
}

function globalSection(config: ProsodyConfig): string {
  const modules = [
    ...MODULES,
    ...config.modules,
    ...(config.registration ? ['register'] : []),
    ...(config.websocket ? ['websocket'] : []),
  ];
  return `pidfile = "${config.folder}/prosody.pid"
data_path = "${config.folder}/data"
certificates = "${config.folder}/certs"
log = { { levels = { min = "${config.forBench ? 'warn' : 'debug'}" }, to = "console" } }
plugin_paths = { "${COMMUNITY_MODULES}" }
modules_enabled = { ${luaStrings(modules)} }
modules_disabled = { "s2s", "s2s_auth_certs", "dialback" }
interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
c2s_ports = { ${config.port} }
c2s_direct_tls_ports = { ${config.tlsPort} }
component_ports = { ${config.componentPort} }
http_ports = { }
https_ports = { ${config.files || config.websocket ? config.httpPort : ''} }
ssl = ${certificate(config)}
c2s_direct_tls_ssl = ${certificate(config)}
https_ssl = ${certificate(config)}
c2s_require_encryption = ${String(!config.forBench)}
allow_unencrypted_plain_auth = ${String(config.forBench)}
authentication = "internal_hashed"
password_hash = "${config.passwordHash}"
storage = { ${config.archive === 'sqlite' ? 'archive = "sql"; muc_log = "sql"; ' : ''}"internal" }
sql = { driver = "SQLite3", database = "archive.sqlite" }
default_archive_policy = true
archive_expires_after = "never"
storage_archive_item_limit = 1000000
max_archive_query_results = 250
smacks_hibernation_time = 300
smacks_max_unacked_stanzas = 0
allow_registration = ${String(config.registration)}
min_seconds_between_registrations = 0
limits = { }
c2s_timeout = 300
${config.asRoot ? 'run_as_root = true\n' : ''}`;
}

function hostSection(host: string, config: ProsodyConfig): string {
  const files = `
Component "files.${host}" "http_file_share"
  http_host = "localhost"
  http_external_url = "https://localhost:${config.httpPort}/"
  http_file_share_access = { "${host}" }
  http_file_share_size_limit = 10*1024*1024
  http_file_share_daily_quota = 1024*1024*1024
`;
  return `
VirtualHost "${host}"

Component "rooms.${host}" "muc"
  modules_enabled = { "muc_mam" }
  restrict_room_creation = false
  muc_room_default_public = true
  muc_log_by_default = true
  muc_log_expires_after = "never"
${config.files ? files : ''}`;
}

function certificate(config: ProsodyConfig): string {
  return `{ certificate = "${config.folder}/certs/server.crt"; key = "${config.folder}/certs/server.key" }`;
}

function luaStrings(values: readonly string[]): string {
  return values.map((value) => `"${value}"`).join(', ');
}
