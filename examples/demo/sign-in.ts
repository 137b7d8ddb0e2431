import type { InteractionStep } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/model';
import type { Account, AccountId, Step } from '@natter/core/model';
import type { DemoNetwork } from './networks/network.ts';

/** Signs a user in on a network, or brings an account that is there already up to date with where its server is now. */
export async function signIn(
  link: ClientLink,
  network: DemoNetwork,
  user: string,
  password: string,
): Promise<AccountId> {
  const address = network.addressOf(user);
  const known = await knownAccount(link, network, address);
  const account = await answer(
    link,
    known === undefined
      ? await link.call('account.add', { network: network.network, address, config: network.config })
      : await link.call('account.login', { account: known.id }),
    password,
  );
  await untilOnline(link, account);
  return account;
}

/** The account of an earlier start, brought up to date. */
async function knownAccount(
  link: ClientLink,
  { network, config, forgetful }: DemoNetwork,
  address: string,
): Promise<Account | undefined> {
  const known = (await link.call('account.list', {})).find(
    (account) => account.network === network && account.address === address,
  );
  if (known === undefined) return undefined;
  if (forgetful) {
    await link.call('account.remove', { account: known.id, remote: false });
    return undefined;
  }
  await link.call('account.configure', { account: known.id, config });
  if (!known.enabled) await link.call('account.enable', { account: known.id, enabled: true });
  return known;
}

/** Signing in is an interaction of data steps: whoever can show fields can sign in to any network. */
async function answer(link: ClientLink, first: InteractionStep, password: string): Promise<AccountId> {
  let state = first;
  while (state.account === null) {
    state = await link.call('interaction.answer', {
      interaction: state.interaction,
      answer: { action: 'submit', values: valuesFor(state.step, password) },
    });
  }
  return state.account;
}

function valuesFor(step: Step, password: string): Record<string, string> {
  if (step.kind === 'failed') throw new NatterError(step.error);
  if (step.kind === 'wait') return {};
  if (step.kind !== 'fields') {
    throw new NatterError(errorData('unsupported', `the demo cannot answer a step of kind ${step.kind}`));
  }
  if (step.error !== undefined) throw new NatterError(step.error);
  return Object.fromEntries(
    step.fields.map(({ name, value = '' }) => [name, name === 'password' ? password : value]),
  );
}

/** Resolves when the account is online; rejects when it says that it will not get there by itself. */
function untilOnline(link: ClientLink, account: AccountId): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (accounts: readonly Account[]): boolean => {
      const state = accounts.find(({ id }) => id === account)?.state;
      if (state?.phase === 'online') resolve();
      else if (state !== undefined && 'error' in state && state.phase !== 'waiting') {
        reject(new NatterError(state.error));
      } else return false;
      return true;
    };
    const subscription = link.open(
      'accounts',
      {},
      {
        frame: ({ value }) => {
          if (settle(value)) queueMicrotask(() => subscription.close());
          else subscription.credit(1);
        },
        end: (why) => ('error' in why ? reject(new NatterError(why.error)) : undefined),
      },
    );
  });
}
