import { readFileSync } from 'node:fs';
import type { ClientInfo, JsonObject } from '@natter/core';
import { NatterError, errorData } from '@natter/core/error';
import { passwordCommandName } from '@natter/daemon/secrets';
import type { CommandContext } from '../../context.ts';
import { completeInteraction } from '../../interaction/complete.ts';
import { accountsSettled } from '../../link/accounts-settled.ts';
import { accountItem, accountText } from '../../output/items/account.ts';
import { passwordSource } from '../../prompts/password.ts';
import { parseSettings } from './network-settings.ts';

/** Milliseconds for the first look at the contact list; the account is kept already. */
const patience = 10_000;

/** `natter account add NETWORK ADDRESS`: signs in, and keeps the account when that worked. */
export async function addAccount(context: CommandContext): Promise<void> {
  const { given, output } = context;
  const [network, address] = [given.word(0), given.word(1)];
  const password = passwordSource(context);
  const connect = !given.flag('no-connect');
  const fixed = fixedConfig(context);
  const link = await context.link();
  const info = await link.call('client.info', {});
  const config = { ...parseSettings(given, networkOf(info, network)), ...fixed };
  const secrets = password.command === null ? undefined : { [passwordCommandName]: password.command };
  const first = await link.call(
    'account.add',
    {
      network,
      address,
      config,
      connect,
      register: given.flag('register'),
      ...(connect ? secrets && { secrets } : { secrets: secrets ?? (await passwordFor(context)) }),
    },
    { signal: context.signal },
  );
  const account = await completeInteraction(context, link, first, password);
  if (connect && account !== null) await accountsSettled(link, patience, context.signal, account);
  const added = (await link.call('account.list', {})).find(({ id }) => id === account);
  if (added === undefined)
    throw new NatterError(errorData('internal', 'the account was not kept', { userAction: 'report' }));
  output.item(accountItem(added), () => accountText(added, output.style));
}

/** Without signing in, a password is kept when one was given; it is not asked for. */
async function passwordFor(context: CommandContext): Promise<Record<string, string>> {
  if (!context.given.flag('password-stdin')) return {};
  const password = await passwordSource(context).read('Password');
  return password === null ? {} : { password };
}

function networkOf(info: ClientInfo, network: string): ClientInfo['networks'][number] {
  const found = info.networks.find(({ id }) => id === network);
  if (found) return found;
  const there = info.networks.map(({ id }) => id).join(', ');
  throw new NatterError(
    errorData('invalid', `there is no network '${network}'; there are ${there}`, { userAction: 'choose' }),
  );
}

/** What the options of every network say. */
function fixedConfig({ given }: CommandContext): JsonObject {
  const [server, ca] = [given.text('server'), given.text('ca')];
  return {
    ...(server !== undefined && { server }),
    ...(ca !== undefined && { ca: readCertificates(ca) }),
    ...(given.flag('allow-insecure') && { allowInsecure: true }),
  };
}

/** The text of a PEM file; checked here, where the error can name the file. */
export function readCertificates(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new NatterError(errorData('invalid', `${file} cannot be read (${reason})`));
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----'))
    throw new NatterError(errorData('invalid', `${file} holds no certificate in PEM form`));
  return text;
}
