import type { AccountId, ConversationId, ProfileAction, RoomAction, RosterAction } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import type { CommandContext } from '../context.ts';
import { settleOperation } from './settle-operation.ts';

/** A key that makes one change of this command happen once, however often it is asked for. */
export function changeKey(): string {
  return crypto.randomUUID();
}

/** Changes the contact list and waits for the network. The answer is the exit code. */
export async function changeRoster(
  context: CommandContext,
  link: ClientLink,
  account: AccountId,
  change: RosterAction,
): Promise<number> {
  const { operation } = await link.call('roster.change', { key: changeKey(), account, change });
  const settled = await settleOperation(context, link, operation);
  context.output.item(
    {
      type: 'operation',
      id: operation,
      account,
      action: `roster.${change.action}`,
      state: settled.operation.state,
    },
    () => `${change.action}: ${settled.operation.state}`,
  );
  return settled.exitCode;
}

/** Changes a room and waits for the network. The answer is the exit code. */
export async function changeRoom(
  context: CommandContext,
  link: ClientLink,
  where: { readonly account: AccountId; readonly conversation?: ConversationId },
  change: RoomAction,
): Promise<number> {
  const { operation } = await link.call('room.change', { key: changeKey(), ...where, change });
  const settled = await settleOperation(context, link, operation);
  const { state, conversation, result } = settled.operation;
  context.output.item(
    {
      type: 'operation',
      id: operation,
      account: where.account,
      conversation,
      action: `room.${change.action}`,
      state,
      result,
    },
    () => `${change.action}: ${state}`,
  );
  return settled.exitCode;
}

/** Changes our own profile on a network and waits for it. The answer is the exit code. */
export async function changeProfile(
  context: CommandContext,
  link: ClientLink,
  account: AccountId,
  change: ProfileAction,
): Promise<number> {
  const { operation } = await link.call('profile.change', { key: changeKey(), account, change });
  const settled = await settleOperation(context, link, operation);
  const { state } = settled.operation;
  context.output.item(
    { type: 'operation', id: operation, account, action: `profile.${change.action}`, state },
    () => `${change.action}: ${state}`,
  );
  return settled.exitCode;
}
