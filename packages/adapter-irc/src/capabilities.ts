import type { Capabilities } from '@natter/core/model';

/**
 * Longest text of one send, which leaves in as many lines as it takes: what is through in about six seconds at the pace that
 * servers take (DEFAULT_FLOOD). Without labels less, since the PING that finds the end of an answer takes part of that pace.
 */
const TEXT_BYTES = 4096;
const UNLABELED_TEXT_BYTES = 2048;

/** What any server can do, RFC 1459 and no more. */
const PLAIN: Capabilities['support'] = {
  'roster-edit': 'full', // natter keeps the list itself
  'roster-groups': 'full',
  presence: 'full',
  'presence-own': 'partial', // available and away
  'presence-text': 'none',
  profile: 'partial', // the nick
  direct: 'full',
  channels: 'full',
  'create-room': 'full',
  'join-room': 'full',
  'list-rooms': 'full',
  invite: 'full',
  kick: 'full',
  ban: 'full',
  roles: 'full',
  topic: 'full',
  members: 'full',
  formatting: 'full',
};

/** What the adapter can do where the server has all it asks for. */
export const NETWORK_CAPABILITIES: Capabilities = {
  support: {
    ...PLAIN,
    register: 'full',
    reply: 'full',
    retract: 'full',
    react: 'full',
    history: 'full',
    typing: 'full',
    attachments: 'full',
    'read-marker': 'full',
    'own-echo': 'full',
  },
  limits: { textBytes: TEXT_BYTES },
  resend: 'never',
  order: 'archive',
  catchUp: 'account',
};

/** What a server was found to offer. */
export interface ServerFeatures {
  /** Enabled capabilities. */
  readonly enabled: ReadonlySet<string>;
  /** ISUPPORT CLIENTTAGDENY: client tags that the server does not pass on. */
  readonly denied: string | undefined;
  /** Whether there is a place for files. */
  readonly files?: boolean;
}

/** Whether the server passes a client tag on (message-tags, CLIENTTAGDENY: `*` for all, `-name` for exceptions). */
export function passesTag({ enabled, denied }: ServerFeatures, name: string): boolean {
  if (!enabled.has('message-tags')) return false;
  const list = (denied ?? '').split(',');
  if (list.includes('*')) return list.includes(`-${name}`);
  return !list.includes(name);
}

/** Whether the server says what it answers (labeled-response, which needs batch). */
export function labelsAnswers(enabled: ReadonlySet<string>): boolean {
  return enabled.has('labeled-response') && enabled.has('batch');
}

/** Longest text of one send. */
export function textLimit(enabled: ReadonlySet<string>): number {
  return labelsAnswers(enabled) ? TEXT_BYTES : UNLABELED_TEXT_BYTES;
}

/** Whether there is a history to ask for (draft/chathistory). */
export function keepsHistory(enabled: ReadonlySet<string>): boolean {
  return enabled.has('draft/chathistory') && enabled.has('batch') && enabled.has('server-time');
}

/**
 * Whether several of our devices may be there under one nick. On most servers a second one is refused or named otherwise,
 * and `echo-message` gives back no more than our own words. Who shares a nick has something to keep the same between them:
 * draft/read-marker ("among multiple clients"), or what ZNC passes on.
 */
function sharesNick(enabled: ReadonlySet<string>): boolean {
  return enabled.has('draft/read-marker') || enabled.has('znc.in/self-message');
}

/** The capabilities of an account on a server with these features. */
export function accountCapabilities(server: ServerFeatures): Capabilities {
  const { enabled } = server;
  const replies = passesTag(server, 'reply') || passesTag(server, 'draft/reply');
  return {
    ...NETWORK_CAPABILITIES,
    support: {
      ...PLAIN,
      register: enabled.has('draft/account-registration') ? 'full' : 'none',
      reply: replies ? 'full' : 'none',
      retract: enabled.has('draft/message-redaction') ? 'full' : 'none',
      react: replies && passesTag(server, 'draft/react') ? 'full' : 'none',
      history: keepsHistory(enabled) ? 'full' : 'none',
      typing: passesTag(server, 'typing') ? 'full' : 'none',
      attachments: server.files === true ? 'full' : 'none',
      'read-marker': enabled.has('draft/read-marker') ? 'full' : 'none',
      'own-echo': enabled.has('echo-message') && sharesNick(enabled) ? 'full' : 'none',
    },
    limits: { textBytes: textLimit(enabled) },
    ...(keepsHistory(enabled) ? {} : { order: 'arrival', catchUp: 'none' }),
  };
}
