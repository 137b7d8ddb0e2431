import type {
  Capabilities,
  Conversation,
  ErrorScope,
  Message,
  OperationBody,
  SupportKey,
} from '../../model/index.ts';
import { NatterError, attachmentsOf, errorData, messageTime, supportOf } from '../../model/index.ts';
import type { Transaction } from '../state/transaction.ts';
import type { Request } from './request.ts';

/** Throws `unsupported` or `too-large` for what the conversation, account or network cannot do. */
export function requireSupport(transaction: Transaction, request: Request): void {
  const conversation =
    request.conversation === null ? undefined : transaction.conversations.get(request.conversation);
  const account = transaction.profile.statuses.get(request.account)?.capabilities;
  const capabilities = conversation?.capabilities ?? account;
  if (!capabilities) return;
  for (const key of neededSupport(request.body, conversation)) {
    if (supportOf(capabilities, key) === 'none') {
      throw new NatterError(
        errorData('unsupported', `this network cannot do it: ${key}`, {
          scope: scopeOf(request),
          condition: { capability: key },
        }),
      );
    }
  }
  checkClear(request, conversation, capabilities);
  checkReaction(request, capabilities);
  checkLimits(request, capabilities);
}

/** What belongs into an encrypted conversation goes out in the clear only when the user says so. */
function checkClear(
  { body }: Request,
  conversation: Conversation | undefined,
  capabilities: Capabilities,
): void {
  if (body.type !== 'send' || body.draft.inClear === true || conversation?.encrypted !== true) return;
  if (supportOf(capabilities, 'encryption') !== 'none') return;
  throw new NatterError(
    errorData('unsupported', 'this conversation is encrypted, which natter cannot do on this network yet', {
      scope: 'conversation',
      condition: { capability: 'encryption' },
    }),
  );
}

/** Throws `forbidden` for a message that is older than the network lets it be changed. */
export function requireYoung(
  transaction: Transaction,
  { account, body, now }: Request,
  message: Message | null,
): void {
  if (message === null || (body.type !== 'edit' && body.type !== 'retract')) return;
  const conversation = transaction.conversations.get(message.conversation);
  const limits = (conversation?.capabilities ?? transaction.profile.statuses.get(account)?.capabilities)
    ?.limits;
  const age = body.type === 'edit' ? limits?.editAge : limits?.retractAge;
  if (age === undefined || now - messageTime(message) <= age) return;
  const done = body.type === 'edit' ? 'edited' : 'taken back';
  throw new NatterError(
    errorData('forbidden', `here a message can be ${done} for ${Math.round(age / 60_000)} minutes`, {
      scope: 'message',
      condition: { limit: age },
    }),
  );
}

function scopeOf(request: Request): ErrorScope {
  return request.conversation === null ? 'account' : 'conversation';
}

const sendSupport = { direct: 'direct', group: 'groups', channel: 'channels' } as const;
const bodySupport = { edit: 'edit', retract: 'retract', react: 'react' } as const;
const roomSupport: Readonly<Record<string, SupportKey>> = {
  join: 'join-room',
  create: 'create-room',
  invite: 'invite',
  kick: 'kick',
  ban: 'ban',
  unban: 'ban',
  role: 'roles',
  topic: 'topic',
  avatar: 'room-avatar',
  pin: 'pin',
  unpin: 'pin',
  expiry: 'expiry',
  'own-view': 'own-view',
};
const profileSupport = { name: 'profile', avatar: 'own-avatar', password: 'change-password' } as const;
const rosterSupport: Readonly<Record<string, SupportKey>> = {
  add: 'roster-edit',
  remove: 'roster-edit',
  rename: 'roster-edit',
  groups: 'roster-groups',
  accept: 'subscriptions',
  deny: 'subscriptions',
  block: 'block',
  unblock: 'block',
};

function neededSupport(body: OperationBody, conversation: Conversation | undefined): readonly SupportKey[] {
  const known = (key: SupportKey | undefined): readonly SupportKey[] => (key === undefined ? [] : [key]);
  switch (body.type) {
    case 'send':
      return [
        sendSupport[conversation?.kind ?? 'group'],
        ...(attachmentsOf(body.draft.content).length > 0 ? (['attachments'] as const) : []),
      ];
    case 'edit':
    case 'retract':
    case 'react':
      return [bodySupport[body.type]];
    case 'room':
      return known(roomSupport[body.change.action]);
    case 'roster':
      return known(rosterSupport[body.change.action]);
    case 'profile':
      return [profileSupport[body.change.action]];
    case 'mark-read':
      return [];
    default:
      body satisfies never;
      return [];
  }
}

function checkReaction({ body }: Request, { limits }: Capabilities): void {
  if (body.type !== 'react' || !body.on || limits.reactions === undefined) return;
  if (limits.reactions.includes(body.key)) return;
  throw new NatterError(
    errorData('unsupported', `here one can react only with ${limits.reactions.join(' ')}`, {
      scope: 'message',
      userAction: 'choose',
      condition: { reactions: limits.reactions },
    }),
  );
}

function checkLimits({ body }: Request, { limits }: Capabilities): void {
  const content = body.type === 'send' ? body.draft.content : body.type === 'edit' ? body.content : null;
  if (content === null) return;
  const bytes = new TextEncoder().encode(content.text).length;
  if (limits.textBytes !== undefined && bytes > limits.textBytes) {
    throw new NatterError(
      errorData('too-large', `the text has ${bytes} bytes, this network carries ${limits.textBytes}`, {
        scope: 'message',
        userAction: 'shorten',
        condition: { limit: limits.textBytes, bytes },
      }),
    );
  }
  for (const { name, size } of attachmentsOf(content)) {
    if (limits.fileBytes !== undefined && size !== null && size > limits.fileBytes) {
      throw new NatterError(
        errorData('too-large', `${name} has ${size} bytes, this network carries ${limits.fileBytes}`, {
          scope: 'message',
        }),
      );
    }
  }
}
