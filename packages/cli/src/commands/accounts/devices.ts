import type { DeviceListing } from '@natter/core';
import { NatterError } from '@natter/core/error';
import type { CommandContext } from '../../context.ts';
import { completeInteraction } from '../../interaction/complete.ts';
import { findAccount } from '../../link/choose-account.ts';
import type { JsonItem } from '../../output/output.ts';
import { oneLine } from '../../output/sanitise.ts';
import { isoTime, localTime } from '../../output/time.ts';
import { passwordSource } from '../../prompts/password.ts';

/** `natter account devices ACCOUNT`. */
export async function listDevices(context: CommandContext): Promise<void> {
  const { given, output } = context;
  const link = await context.link();
  const { id } = await findAccount(link, given.word(0));
  const devices = await link.call('account.devices', { account: id }, { signal: context.signal });
  for (const device of devices) output.item({ account: id, ...deviceItem(device) }, () => deviceText(device));
}

/** `natter account revoke ACCOUNT DEVICE`. */
export async function revokeDevice(context: CommandContext): Promise<void> {
  const { given, output } = context;
  const link = await context.link();
  const { id } = await findAccount(link, given.word(0));
  const device = given.word(1);
  await link
    .call('account.revoke', { account: id, device }, { signal: context.signal })
    .catch(async (error: unknown) => {
      if (!NatterError.isInstance(error) || error.data.code !== 'authentication') throw error;
      const about = { account: id, about: 'revoke-device', device } as const;
      const first = await link.call('account.interact', about, { signal: context.signal });
      await completeInteraction(context, link, first, passwordSource(context));
    });
  output.item(
    { type: 'device', account: id, id: device, revoked: true },
    () => `${oneLine(device)}  signed out`,
  );
}

/** `{"type":"device"}`. */
function deviceItem({ id, name, current, connected, createdAt, seenAt }: DeviceListing): JsonItem {
  return {
    type: 'device',
    id,
    name,
    current,
    connected,
    createdAt: createdAt === null ? null : isoTime(createdAt),
    seenAt: seenAt === null ? null : isoTime(seenAt),
  };
}

function deviceText({ id, name, current, connected, seenAt }: DeviceListing): string {
  return [
    oneLine(id),
    oneLine(name ?? ''),
    ...(current ? ['this one'] : connected ? ['connected'] : []),
    ...(seenAt === null ? [] : [`signed in ${localTime(seenAt)}`]),
  ].join('  ');
}
