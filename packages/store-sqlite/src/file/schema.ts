/**
 * Marks the file as ours in the SQLite header (`natr`): `file` and natter itself tell it from any other database.
 */
export const applicationId = 0x6e617472;

/** Tables whose rows the hub keeps in memory: read as a whole, found by key, in the order in which they were first put. */
export const recordTables = [
  'account',
  'contact',
  'person',
  'distinction',
  'conversation',
  'alias',
  'gap',
  'cursor',
  'state',
] as const;

/** One of {@link recordTables}. */
export type RecordTable = (typeof recordTables)[number];

const records = recordTables
  .map(
    (table) => `
CREATE TABLE ${table} (
  place INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,      -- the hub's id, or a JSON array of the parts of a key
  account TEXT,                  -- whose it is; NULL for what belongs to no account
  body TEXT NOT NULL             -- JSON
) STRICT;`,
  )
  .join('');

/**
 * Each entry brings a database from the version of its index to the next. Never edit one that was released: add another.
 */
export const migrations: readonly string[] = [
  `${records}

CREATE TABLE operation (
  place INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  key TEXT NOT NULL,             -- the front end's idempotency key
  account TEXT NOT NULL,
  final INTEGER NOT NULL,
  created INTEGER NOT NULL,      -- milliseconds since 1970
  body TEXT NOT NULL
) STRICT;
CREATE INDEX operation_open ON operation (place) WHERE final = 0;
CREATE INDEX operation_key ON operation (key);
CREATE INDEX operation_created ON operation (created);

-- Ids of the hub that many rows refer to, as small numbers.
CREATE TABLE name (
  ref INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE member (
  place INTEGER PRIMARY KEY,
  conversation INTEGER NOT NULL, -- name.ref
  key TEXT NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (conversation, key)
) STRICT;

CREATE TABLE message (
  seat INTEGER PRIMARY KEY,      -- time * 1024 + n: newest first is seat descending, in the search index too
  id TEXT NOT NULL UNIQUE,
  account INTEGER NOT NULL,      -- name.ref
  conversation INTEGER NOT NULL, -- name.ref
  order_key TEXT NOT NULL,
  stable TEXT,
  sender TEXT,                   -- only beside claimed
  claimed TEXT,
  thread TEXT,                   -- the id of the message that began it
  operation TEXT,                -- the send of ours that created it
  can_be_unread INTEGER NOT NULL,
  mentioned INTEGER NOT NULL,
  provisional INTEGER NOT NULL,
  time REAL NOT NULL,            -- milliseconds since 1970, as told: any number
  body TEXT NOT NULL             -- JSON of what the columns do not hold
) STRICT;
CREATE INDEX message_order ON message (conversation, order_key, can_be_unread, mentioned, provisional);
CREATE UNIQUE INDEX message_stable ON message (conversation, stable) WHERE stable IS NOT NULL;
CREATE UNIQUE INDEX message_claimed ON message (conversation, sender, claimed) WHERE claimed IS NOT NULL;
CREATE INDEX message_thread ON message (thread, order_key) WHERE thread IS NOT NULL;
CREATE INDEX message_operation ON message (operation) WHERE operation IS NOT NULL;
CREATE INDEX message_provisional ON message (account) WHERE provisional = 1;

-- Further names of messages: what a rekey left behind, later wire parts, claimed ids that an echo told.
CREATE TABLE message_alias (
  conversation INTEGER NOT NULL,
  by_sender INTEGER NOT NULL,    -- 0: a stable key, sender is empty
  sender TEXT NOT NULL,
  key TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (conversation, by_sender, sender, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_alias_message ON message_alias (message);

-- Words cut by core's searchWords, so the tokenizer only splits at spaces. scope holds c<ref> and s<ref> of conversation
-- and sender, so that a search within one conversation does not walk through the hits of all.
CREATE VIRTUAL TABLE search USING fts5 (
  text, scope, content='', contentless_delete=1, tokenize='ascii', prefix='2 3'
);
-- Every word that was ever in it: FTS5 gathers all hits of a beginning longer than its prefix index before the first.
CREATE TABLE vocabulary (
  word TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE orphan (
  place INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  conversation TEXT NOT NULL,
  target TEXT NOT NULL,          -- JSON array
  body TEXT NOT NULL
) STRICT;
CREATE INDEX orphan_target ON orphan (conversation, target);

CREATE TABLE change (
  sequence INTEGER PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counter VALUES ('change', 0);`,
];
