/**
 * The migrations, oldest first: `migrations[n]` takes a database from version n to n + 1. One that has been released
 * is never changed.
 *
 * `WITHOUT ROWID` clusters a table by its key, so that a page of history or of an update log is one range of pages.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    roster_version INTEGER NOT NULL DEFAULT 0,
    suspended_reason TEXT,
    suspended_until INTEGER
  ) STRICT;

  -- Invitations are stored as hashes: who reads the file cannot use them.
  CREATE TABLE invitation (
    hash BLOB PRIMARY KEY,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_by TEXT
  ) STRICT, WITHOUT ROWID;

  -- token: to be shown next. next_token: given out, not shown yet. old_token: the predecessor of token.
  CREATE TABLE device (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    cursor INTEGER NOT NULL DEFAULT 0,
    token BLOB NOT NULL,
    next_token BLOB,
    old_token BLOB
  ) STRICT;
  CREATE INDEX device_of_account ON device (account);

  -- A row that is gone keeps its version, so that a delta can say so.
  CREATE TABLE roster (
    owner INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    version INTEGER NOT NULL,
    gone INTEGER NOT NULL DEFAULT 0,
    to_state TEXT NOT NULL,
    from_state TEXT NOT NULL,
    listed INTEGER NOT NULL,
    blocked INTEGER NOT NULL,
    alias TEXT NOT NULL,
    groups TEXT NOT NULL,
    request_text TEXT NOT NULL,
    PRIMARY KEY (owner, contact)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX roster_by_version ON roster (owner, version);
  CREATE INDEX roster_blocks ON roster (owner, contact) WHERE blocked = 1;

  -- A direct conversation is found by its two accounts, the lower id first.
  CREATE TABLE conversation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    low INTEGER,
    high INTEGER,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX conversation_of_two ON conversation (low, high) WHERE kind = 'direct';

  CREATE TABLE member (
    conversation INTEGER NOT NULL,
    account INTEGER NOT NULL,
    delivered INTEGER NOT NULL DEFAULT 0,
    read INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (conversation, account)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX member_by_account ON member (account, conversation);

  -- body is NULL after retraction. digest is of the body as first sent, kept once body has changed: a resend is
  -- compared with what was sent and not with what became of it.
  CREATE TABLE message (
    conversation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    sender INTEGER NOT NULL,
    client_id TEXT NOT NULL,
    time INTEGER NOT NULL,
    body TEXT,
    digest BLOB,
    edited_at INTEGER,
    retracted_at INTEGER,
    PRIMARY KEY (conversation, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX message_by_client_id ON message (sender, client_id);

  CREATE TABLE reaction (
    conversation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    key TEXT NOT NULL,
    account INTEGER NOT NULL,
    PRIMARY KEY (conversation, seq, key, account)
  ) STRICT, WITHOUT ROWID;

  -- An entry either points to a message (conversation and seq) or holds its text (data).
  CREATE TABLE update_log (
    account INTEGER NOT NULL,
    position INTEGER NOT NULL,
    conversation INTEGER,
    seq INTEGER,
    data TEXT,
    PRIMARY KEY (account, position)
  ) STRICT, WITHOUT ROWID;
  `,
  // Groups. Who has left has no row; hidden_up_to is the last message that was said before they joined.
  `
  ALTER TABLE conversation ADD COLUMN title TEXT NOT NULL DEFAULT '';
  ALTER TABLE conversation ADD COLUMN topic TEXT NOT NULL DEFAULT '';
  ALTER TABLE conversation ADD COLUMN history TEXT NOT NULL DEFAULT 'joined';
  ALTER TABLE conversation ADD COLUMN creator INTEGER;
  ALTER TABLE conversation ADD COLUMN client_id TEXT;
  CREATE UNIQUE INDEX conversation_by_client_id ON conversation (creator, client_id) WHERE creator IS NOT NULL;

  ALTER TABLE member ADD COLUMN role TEXT NOT NULL DEFAULT 'member';
  ALTER TABLE member ADD COLUMN standing TEXT NOT NULL DEFAULT 'joined';
  ALTER TABLE member ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE member ADD COLUMN hidden_up_to INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE member ADD COLUMN invited_by INTEGER;
  ALTER TABLE member ADD COLUMN invitation_text TEXT NOT NULL DEFAULT '';
  `,
  // Files. sha256 is there once all bytes are; the bytes are beside the database.
  `
  CREATE TABLE file (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner INTEGER NOT NULL,
    client_id TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX file_by_client_id ON file (owner, client_id);

  CREATE TABLE file_reference (
    conversation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    file INTEGER NOT NULL,
    PRIMARY KEY (conversation, seq, file)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX file_reference_by_file ON file_reference (file);
  `,
  // A deleted account keeps its row, so that its name is given to nobody else. removal is 'pending' until rosters and
  // groups know.
  `
  ALTER TABLE account ADD COLUMN deleted_at INTEGER;
  ALTER TABLE account ADD COLUMN removal TEXT;
  CREATE INDEX account_removals ON account (removal) WHERE removal IS NOT NULL;
  `,
  // Pins, messages that vanish, pictures of groups, search. Of a message that has vanished the row stays, empty: it holds
  // the place in the sequence, and knows a resend. Entries of the update log that repeat a text name their message, too.
  `
  ALTER TABLE conversation ADD COLUMN expiry INTEGER;
  ALTER TABLE conversation ADD COLUMN icon INTEGER;
  CREATE INDEX conversation_by_icon ON conversation (icon) WHERE icon IS NOT NULL;
  ALTER TABLE message ADD COLUMN expires_at INTEGER;
  ALTER TABLE message ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX message_by_expiry ON message (expires_at) WHERE expires_at IS NOT NULL AND gone = 0;
  CREATE INDEX update_log_texts ON update_log (conversation, seq) WHERE data IS NOT NULL AND conversation IS NOT NULL;

  CREATE TABLE pin (
    conversation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (conversation, seq)
  ) STRICT, WITHOUT ROWID;

  -- The rowid is made of conversation and seq. Holds no text, only what finds it.
  CREATE VIRTUAL TABLE message_text USING fts5(
    text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
  );
  CREATE TABLE message_text_state (conversation INTEGER PRIMARY KEY, indexed_up_to INTEGER NOT NULL) STRICT;
  `,
  // What the bytes of a file say of it, once all are there.
  `
  ALTER TABLE file ADD COLUMN width INTEGER;
  ALTER TABLE file ADD COLUMN height INTEGER;
  `,
  // When people were last there. Of a conversation, the first message that was not removed for its age. A small picture of a
  // picture is a file of its own.
  `
  CREATE TABLE last_seen (account INTEGER PRIMARY KEY, time INTEGER NOT NULL) STRICT;
  ALTER TABLE conversation ADD COLUMN kept_from INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE file ADD COLUMN thumbnail INTEGER;
  `,
  // Contact requests that await an answer are counted, where they were sent and where they wait.
  `
  CREATE INDEX roster_asked ON roster (owner) WHERE to_state = 'pending' AND gone = 0;
  CREATE INDEX roster_strangers ON roster (owner) WHERE from_state = 'pending' AND listed = 0 AND gone = 0;
  `,
  // Pictures of people.
  `
  ALTER TABLE account ADD COLUMN picture INTEGER;
  CREATE INDEX account_by_picture ON account (picture) WHERE picture IS NOT NULL;
  `,
];

/** Marks a file as a natter server's (PRAGMA application_id): "ntsv". */
export const applicationId = 0x6e747376;
