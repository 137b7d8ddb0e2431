/** XML namespaces, named after the document that defines them. */
export const NS = {
  client: 'jabber:client',
  stream: 'http://etherx.jabber.org/streams',
  streamErrors: 'urn:ietf:params:xml:ns:xmpp-streams',
  stanzaErrors: 'urn:ietf:params:xml:ns:xmpp-stanzas',
  tls: 'urn:ietf:params:xml:ns:xmpp-tls',
  sasl: 'urn:ietf:params:xml:ns:xmpp-sasl',
  sasl2: 'urn:xmpp:sasl:2', // XEP-0388
  saslUpgrade: 'urn:xmpp:sasl:upgrade:0', // XEP-0480
  scramUpgrade: 'urn:xmpp:scram-upgrade:0', // XEP-0480
  bind2: 'urn:xmpp:bind:0', // XEP-0386
  fast: 'urn:xmpp:fast:0', // XEP-0484
  bind: 'urn:ietf:params:xml:ns:xmpp-bind',
  session: 'urn:ietf:params:xml:ns:xmpp-session',
  roster: 'jabber:iq:roster',
  rosterVersioning: 'urn:xmpp:features:rosterver',
  preApproval: 'urn:xmpp:features:pre-approval',
  discoInfo: 'http://jabber.org/protocol/disco#info', // XEP-0030
  discoItems: 'http://jabber.org/protocol/disco#items', // XEP-0030
  muc: 'http://jabber.org/protocol/muc', // XEP-0045
  mucUser: 'http://jabber.org/protocol/muc#user', // XEP-0045
  mucAdmin: 'http://jabber.org/protocol/muc#admin', // XEP-0045
  mucOwner: 'http://jabber.org/protocol/muc#owner', // XEP-0045
  mucRoomConfig: 'http://jabber.org/protocol/muc#roomconfig', // XEP-0045
  pubsub: 'http://jabber.org/protocol/pubsub', // XEP-0060
  pubsubOwner: 'http://jabber.org/protocol/pubsub#owner', // XEP-0060
  nodeConfig: 'http://jabber.org/protocol/pubsub#node_config', // XEP-0060
  publishOptions: 'http://jabber.org/protocol/pubsub#publish-options', // XEP-0060
  pubsubEvent: 'http://jabber.org/protocol/pubsub#event', // XEP-0060
  oob: 'jabber:x:oob', // XEP-0066
  upload: 'urn:xmpp:http:upload:0', // XEP-0363
  sharing: 'urn:xmpp:sfs:0', // XEP-0447
  fileMetadata: 'urn:xmpp:file:metadata:0', // XEP-0446
  thumbnails: 'urn:xmpp:thumbs:1', // XEP-0264
  hashes: 'urn:xmpp:hashes:2', // XEP-0300
  urlData: 'http://jabber.org/protocol/url-data', // XEP-0103
  conference: 'jabber:x:conference', // XEP-0249
  rsm: 'http://jabber.org/protocol/rsm', // XEP-0059
  dataForms: 'jabber:x:data', // XEP-0004
  vcard: 'vcard-temp', // XEP-0054
  vcardUpdate: 'vcard-temp:x:update', // XEP-0153
  avatarMetadata: 'urn:xmpp:avatar:metadata', // XEP-0084
  avatarData: 'urn:xmpp:avatar:data', // XEP-0084
  avatarConversion: 'urn:xmpp:pep-vcard-conversion:0', // XEP-0398
  streamLimits: 'urn:xmpp:stream-limits:0', // XEP-0478
  caps: 'http://jabber.org/protocol/caps', // XEP-0115
  nick: 'http://jabber.org/protocol/nick', // XEP-0172
  time: 'urn:xmpp:time', // XEP-0202
  displayed: 'urn:xmpp:mds:displayed:0', // XEP-0490
  register: 'jabber:iq:register', // XEP-0077
  media: 'urn:xmpp:media-element', // XEP-0221
  bitsOfBinary: 'urn:xmpp:bob', // XEP-0231
  version: 'jabber:iq:version', // XEP-0092
  registerFeature: 'http://jabber.org/features/iq-register', // XEP-0077
  chatStates: 'http://jabber.org/protocol/chatstates', // XEP-0085
  receipts: 'urn:xmpp:receipts', // XEP-0184
  blocking: 'urn:xmpp:blocking', // XEP-0191
  sm: 'urn:xmpp:sm:3', // XEP-0198
  ping: 'urn:xmpp:ping', // XEP-0199
  delay: 'urn:xmpp:delay', // XEP-0203
  carbons: 'urn:xmpp:carbons:2', // XEP-0280
  forward: 'urn:xmpp:forward:0', // XEP-0297
  correction: 'urn:xmpp:message-correct:0', // XEP-0308
  mam: 'urn:xmpp:mam:2', // XEP-0313
  markers: 'urn:xmpp:chat-markers:0', // XEP-0333
  hints: 'urn:xmpp:hints', // XEP-0334
  stanzaIds: 'urn:xmpp:sid:0', // XEP-0359
  csi: 'urn:xmpp:csi:0', // XEP-0352
  encryption: 'urn:xmpp:eme:0', // XEP-0380
  retraction: 'urn:xmpp:message-retract:1', // XEP-0424
  moderation: 'urn:xmpp:message-moderate:1', // XEP-0425
  occupantId: 'urn:xmpp:occupant-id:0', // XEP-0421
  bookmarks: 'urn:xmpp:bookmarks:1', // XEP-0402
  fallback: 'urn:xmpp:fallback:0', // XEP-0428
  styling: 'urn:xmpp:styling:0', // XEP-0393
  idle: 'urn:xmpp:idle:1', // XEP-0319
  vcard4: 'urn:ietf:params:xml:ns:vcard-4.0', // XEP-0292
  oldModeration: 'urn:xmpp:message-moderate:0', // XEP-0425 before 0.3
  fasten: 'urn:xmpp:fasten:0', // XEP-0422
  oldRetraction: 'urn:xmpp:message-retract:0', // XEP-0424 before 0.4
  channelBinding: 'urn:xmpp:sasl-cb:0', // XEP-0440
  reactions: 'urn:xmpp:reactions:0', // XEP-0444
  replies: 'urn:xmpp:reply:0', // XEP-0461
} as const;
