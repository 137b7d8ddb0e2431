/** What Synapse's configuration is made of. Paths are those within the root. */
export interface SynapseConfig {
  readonly folder: string;
  readonly port: number;
  /** Who knows it may register users. */
  readonly sharedSecret: string;
  /** Keeps Synapse's own pace against floods. */
  readonly rateLimits: boolean;
  /** Largest file in bytes. */
  readonly fileBytes: number;
  /** Lets anybody make an account by the client API. */
  readonly open: boolean;
}

/** The name of the homeserver, which is what stands behind the colon of its users. */
export const SERVER_NAME = 'synapse.natter.test';

/** The configuration of a Synapse for tests: alone in the world, with throw-away data. JSON is YAML too. */
export function synapseConfig(config: SynapseConfig): string {
  const { folder, port, sharedSecret, rateLimits, fileBytes, open } = config;
  return JSON.stringify({
    server_name: SERVER_NAME,
    pid_file: `${folder}/synapse.pid`,
    listeners: [
      {
        port,
        type: 'http',
        tls: false,
        bind_addresses: ['127.0.0.1'],
        resources: [{ names: ['client', 'media'], compress: false }],
      },
    ],
    database: { name: 'sqlite3', args: { database: `${folder}/homeserver.db` } },
    log_config: `${folder}/log.json`,
    media_store_path: `${folder}/media`,
    signing_key_path: `${folder}/signing.key`,
    registration_shared_secret: sharedSecret,
    enable_registration: open,
    enable_registration_without_verification: open,
    macaroon_secret_key: sharedSecret,
    form_secret: sharedSecret,
    report_stats: false,
    trusted_key_servers: [],
    suppress_key_server_warning: true,
    federation_domain_whitelist: [],
    enable_room_list_search: true,
    allow_public_rooms_without_auth: false,
    room_list_publication_rules: [{ action: 'allow' }],
    max_upload_size: String(fileBytes),
    bcrypt_rounds: 4,
    presence: { enabled: true },
    url_preview_enabled: false,
    user_directory: { enabled: true, search_all_users: true },
    ...(rateLimits ? {} : WITHOUT_LIMITS),
  });
}

/** What Synapse logs goes to its standard error. */
export const LOG_CONFIG: string = JSON.stringify({
  version: 1,
  formatters: { plain: { format: '%(levelname)s %(name)s %(message)s' } },
  handlers: { console: { class: 'logging.StreamHandler', formatter: 'plain' } },
  root: { level: 'WARNING', handlers: ['console'] },
});

const ANY = { per_second: 1e6, burst_count: 1e6 };

const WITHOUT_LIMITS = {
  rc_message: ANY,
  rc_registration: ANY,
  rc_registration_token_validity: ANY,
  rc_login: { address: ANY, account: ANY, failed_attempts: ANY },
  rc_admin_redaction: ANY,
  rc_joins: { local: ANY, remote: ANY },
  rc_joins_per_room: ANY,
  rc_invites: { per_room: ANY, per_user: ANY, per_issuer: ANY },
  rc_3pid_validation: ANY,
  rc_presence: { per_user: ANY },
  rc_delayed_event_mgmt: ANY,
  rc_room_creation: ANY,
  rc_reports: ANY,
  rc_media_create: ANY,
  rc_user_directory: ANY,
};
