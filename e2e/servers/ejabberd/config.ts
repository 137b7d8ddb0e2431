/** All that varies between one ejabberd of a test and another. */
export interface EjabberdConfig {
  readonly folder: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly httpsPort: number;
  /** Loopback port of the administration interface, without TLS. */
  readonly adminPort: number;
  readonly passwordHash: 'SHA-1' | 'SHA-256';
  /** Whether it has all that has come since Debian bookworm. */
  readonly newest: boolean;
}

/** Modules without options of their own. */
const MODULES: readonly string[] = (
  'mod_adhoc mod_avatar mod_blocking mod_bosh mod_carboncopy mod_caps mod_client_state mod_disco mod_http_api ' +
  'mod_last mod_muc_admin mod_offline mod_ping mod_private mod_privacy mod_admin_extra ' +
  'mod_time mod_vcard_xupdate mod_version mod_stun_disco'
).split(' ');

/** ejabberd's configuration: YAML, of which JSON is a part. Everything as an operator of today would have it. */
export function ejabberdConfig(config: EjabberdConfig): string {
  return JSON.stringify(
    {
      hosts: ['localhost'],
      loglevel: 'info',
      certfiles: [`${config.folder}/server.pem`],
      acme: { auto: false },
      auth_method: 'internal',
      auth_password_format: 'scram',
      auth_scram_hash: config.passwordHash === 'SHA-1' ? 'sha' : 'sha256',
      registration_timeout: 'infinity',
      listen: listeners(config),
      access_rules: {
        local: { allow: 'local' },
        muc_create: { allow: 'local' },
        register: { allow: 'all' },
        trusted_network: { allow: 'all' },
      },
      acl: { local: { user_regexp: '' } },
      api_permissions: {
        'over loopback': {
          from: ['mod_http_api'],
          who: [{ ip: '127.0.0.1/8' }],
          what: ['register', 'unregister', 'change_password'],
        },
      },
      modules: modules(config),
    },
    null,
    1,
  );
}

function listeners({ port, tlsPort, httpsPort, adminPort }: EjabberdConfig): object[] {
  const common = { ip: '127.0.0.1', access: 'local', max_stanza_size: 262144 };
  return [
    { ...common, port, module: 'ejabberd_c2s', starttls: true, starttls_required: true },
    { ...common, port: tlsPort, module: 'ejabberd_c2s', tls: true },
    {
      port: httpsPort,
      ip: '127.0.0.1',
      module: 'ejabberd_http',
      tls: true,
      request_handlers: {
        '/upload': 'mod_http_upload',
        '/ws': 'ejabberd_http_ws',
        '/.well-known/host-meta': 'mod_host_meta',
      },
    },
    {
      port: adminPort,
      ip: '127.0.0.1',
      module: 'ejabberd_http',
      request_handlers: { '/api': 'mod_http_api' },
    },
  ];
}

function modules({ folder, httpsPort, newest }: EjabberdConfig): object {
  const web = `https://localhost:${httpsPort}`;
  return {
    ...Object.fromEntries(MODULES.map((name) => [name, {}])),
    // SASL2 and Bind 2 are always there; these are tokens (XEP-0484) and upgrades of what is kept of passwords (XEP-0480).
    ...(newest ? { mod_auth_fast: {}, mod_scram_upgrade: { offered_upgrades: ['sha256', 'sha512'] } } : {}),
    mod_host_meta: { websocket_url: `wss://localhost:${httpsPort}/ws` },
    mod_http_upload: {
      hosts: ['files.localhost'],
      put_url: `${web}/upload`,
      get_url: `${web}/upload`,
      docroot: `${folder}/upload`,
      max_size: 10 * 1024 * 1024,
    },
    mod_mam: { assume_mam_usage: true, default: 'always', request_activates_archiving: false },
    mod_muc: {
      hosts: ['rooms.localhost'],
      access_create: 'muc_create',
      access_persistent: 'muc_create',
      default_room_options: { mam: true, persistent: true },
    },
    mod_pubsub: {
      access_createnode: 'local',
      plugins: ['flat', 'pep'],
      force_node_config: {
        'storage:bookmarks': { access_model: 'whitelist' },
        'eu.siacs.conversations.axolotl.*': { access_model: 'open' },
      },
    },
    mod_register: { access: 'register', ip_access: 'trusted_network', registration_watchers: [] },
    mod_roster: { versioning: true, store_current_id: true },
    mod_stream_mgmt: { resend_on_timeout: 'if_offline', resume_timeout: '5 min' },
    mod_vcard: { search: false },
  };
}
