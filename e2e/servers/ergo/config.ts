/** What Ergo's configuration is made of. Paths are those within the root. */
export interface ErgoConfig {
  readonly folder: string;
  readonly port: number;
  readonly tlsPort: number;
  /** Keeps Ergo's own pace against floods. */
  readonly fakelag: boolean;
  /** Tells clients that come without TLS to come with it (STS). */
  readonly strictTransport: boolean;
}

/** The configuration of an Ergo for tests: everything that IRCv3 has, in memory, without limits on connections. */
export function ergoConfig({ folder, port, tlsPort, fakelag, strictTransport }: ErgoConfig): string {
  return TEMPLATE.replaceAll('@FOLDER@', folder)
    .replace('@PORT@', String(port))
    .replace('@TLS_PORT@', String(tlsPort))
    .replace('@FAKELAG@', String(fakelag))
    .replace('@STS@', `{ enabled: ${strictTransport}, duration: 30d, port: ${tlsPort} }`);
}

const TEMPLATE = `network:
  name: NatterTest
server:
  name: ergo.natter.test
  listeners:
    "127.0.0.1:@PORT@": {}
    "127.0.0.1:@TLS_PORT@":
      tls: { cert: @FOLDER@/server.crt, key: @FOLDER@/server.key }
  sts: @STS@
  casemapping: ascii
  enforce-utf8: true
  lookup-hostnames: false
  check-ident: false
  max-sendq: 1M
  relaymsg: { enabled: false }
  compatibility: { force-trailing: true, send-unprefixed-sasl: true, allow-truncation: false }
  ip-limits: { count: false, throttle: false }
  ip-cloaking: { enabled: true, enabled-for-always-on: true, netname: "irc", num-bits: 64 }
accounts:
  authentication-enabled: true
  advertise-scram: true
  registration:
    enabled: true
    allow-before-connect: true
    bcrypt-cost: 4
    throttling: { enabled: false }
    email-verification: { enabled: false }
  login-throttling: { enabled: false }
  skip-server-password: false
  require-sasl: { enabled: false }
  nick-reservation: { enabled: true, additional-nick-limit: 0, method: strict, allow-custom-enforcement: false, guest-nickname-format: "Guest-*", force-guest-format: false, force-nick-equals-account: false }
  multiclient: { enabled: true, allowed-by-default: true, always-on: opt-in, auto-away: opt-in }
  vhosts: { enabled: false }
channels:
  default-modes: +nt
  max-channels-per-client: 1000
  registration: { enabled: true }
  list-delay: 0s
oper-classes: {}
opers: {}
logging:
  - { method: stderr, type: "*", level: info }
lock-file: @FOLDER@/ergo.lock
datastore: { path: @FOLDER@/ircd.db, autoupgrade: true, mysql: { enabled: false } }
languages: { enabled: false }
limits:
  nicklen: 32
  identlen: 20
  realnamelen: 150
  channellen: 64
  awaylen: 390
  kicklen: 390
  topiclen: 390
  monitor-entries: 100
  whowas-entries: 100
  chan-list-modes: 100
  registration-messages: 1024
  multiline: { max-bytes: 4096, max-lines: 100 }
fakelag: { enabled: @FAKELAG@, window: 1s, burst-limit: 5, messages-per-window: 2, cooldown: 2s }
history:
  enabled: true
  channel-length: 2048
  client-length: 256
  autoresize-window: 3d
  autoreplay-on-join: 0
  chathistory-maxmessages: 100
  znc-maxmessages: 2048
  restrictions: { expire-time: 1w, query-cutoff: none, grace-period: 1h }
  persistent: { enabled: false }
  retention: { allow-individual-delete: true, enable-account-indexing: false }
  tagmsg-storage: { default: false, whitelist: ["+draft/react", "+react"] }
`;
