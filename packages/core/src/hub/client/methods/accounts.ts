import type { AccountRecord, ContactId, ConversationId, RemoteKey } from '../../../model/index.ts';
import { NatterError, errorData, remoteKey } from '../../../model/index.ts';
import type { Methods } from '../../../client/index.ts';
import { removeAccount } from '../../accounts/remove.ts';
import type { SignIn } from '../../accounts/sign-in.ts';
import type { Runners } from '../../accounts/runners.ts';
import { accountView } from '../account-view.ts';
import type { ClientContext } from '../context.ts';
import { found, onlineRunner } from '../context.ts';
import { foundViews } from '../found.ts';
import type { Answers } from './table.ts';

const searchLimit = 50;

type Names = Extract<
  keyof Methods,
  `account.${string}` | `interaction.${string}` | 'client.info' | 'client.focus'
>;

/** Accounts, signing in, and interactions. */
export function accountMethods(context: ClientContext, runners: Runners, signIn: SignIn): Answers<Names> {
  const { environment, interactions } = context;
  const { profile, queue } = environment;
  const change = (id: AccountRecord['id'], with_: (account: AccountRecord) => AccountRecord): Promise<void> =>
    queue.run((transaction) =>
      transaction.accounts.set(id, with_(found(transaction.accounts.get(id), 'account', 'account'))),
    );
  return {
    'client.info': async () => ({
      name: 'natter',
      version: context.version,
      protocol: 1,
      networks: [...environment.adapters.values()].map(({ id, name, configSchema, capabilities }) => ({
        id,
        name,
        configSchema,
        capabilities,
      })),
    }),
    'client.focus': async ({ active }) => {
      runners.focus(active);
      return null;
    },
    'account.list': async () =>
      [...profile.accounts.entries()].flatMap(([id]) => accountView(environment, id) ?? []),
    'account.add': (params) => signIn.add(params),
    'account.login': ({ account }) => signIn.again(account),
    'account.remove': async ({ account, remote }, signal) => {
      await removeAccount(environment, runners, account, remote ?? true, signal);
      return null;
    },
    'account.enable': async ({ account, enabled }) => {
      await change(account, (record) => ({ ...record, enabled }));
      await runners.apply(account);
      return null;
    },
    'account.presence': async ({ account, presence }) => {
      const targets = account === undefined ? [...profile.accounts.entries()].map(([id]) => id) : [account];
      for (const id of targets) await change(id, (record) => ({ ...record, presence }));
      for (const id of targets) runners.signal(id, { type: 'presence', presence });
      return null;
    },
    'account.configure': async ({ account, config }) => {
      await change(account, (record) => ({ ...record, config: { ...record.config, ...config } }));
      await runners.restart(account);
      return null;
    },
    'account.reconnect': async ({ account }) => {
      found(profile.accounts.get(account), 'account', 'account');
      runners.get(account)?.reconnect();
      return null;
    },
    ...sessionMethods(context),
    'interaction.answer': ({ interaction, answer }) => interactions.answer(interaction, answer),
    'interaction.cancel': async ({ interaction }) => {
      await interactions.cancel(interaction);
      return null;
    },
  };
}

/** What only the network can do. Our devices are its to tell and to sign out: nothing of them is stored here. */
function sessionMethods(
  context: ClientContext,
): Answers<'account.interact' | 'account.devices' | 'account.revoke' | 'account.search'> {
  const { interactions } = context;
  return {
    'account.interact': async ({ account, about, target, device }) => {
      const { runner } = onlineRunner(context, account);
      const subject = device === undefined ? targetKey(context, target) : remoteKey(device);
      return interactions.begin(runner.session.interact(about, subject), () => Promise.resolve(account));
    },
    'account.search': async ({ account, text, conversation, limit, cursor }, signal) => {
      const online = onlineRunner(context, account);
      const { profile, store } = context.environment;
      const key = conversation === undefined ? undefined : profile.conversations.get(conversation)?.key;
      if (conversation !== undefined && !key)
        throw new NatterError(errorData('not-found', 'no such conversation', { scope: 'conversation' }));
      const { items, next } = await online.runner.session.query(
        'search',
        {
          text,
          limit: limit ?? searchLimit,
          ...(key ? { conversation: key } : {}),
          ...(cursor === undefined ? {} : { cursor }),
        },
        AbortSignal.any([signal, online.signal]),
      );
      return { rows: await foundViews(profile, store, account, items), next };
    },
    'account.devices': ({ account }, signal) => {
      const online = onlineRunner(context, account);
      return online.runner.session.query('devices', {}, AbortSignal.any([signal, online.signal]));
    },
    'account.revoke': ({ account, device }, signal) => {
      const online = onlineRunner(context, account);
      return online.runner.session.query('revoke-device', device, AbortSignal.any([signal, online.signal]));
    },
  };
}

function targetKey(
  { environment: { profile } }: ClientContext,
  target: Methods['account.interact'][0]['target'],
): RemoteKey | null {
  if (target === undefined) return null;
  // Ids of different kinds never meet: it is in one of them at most.
  const key =
    profile.contacts.get(target as ContactId)?.key ??
    profile.conversations.get(target as ConversationId)?.key;
  if (key) return key;
  throw new NatterError(errorData('not-found', 'no such contact or conversation'));
}
