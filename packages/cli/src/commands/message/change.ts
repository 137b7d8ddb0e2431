import type { MessageId, OperationId } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import type { CommandContext } from '../../context.ts';
import { changeKey } from '../../link/changes.ts';
import { settleOperation } from '../../link/settle-operation.ts';
import { messageItem, messageText } from '../../output/items/message.ts';
import { readText } from '../../prompts/text.ts';

/** `natter edit MESSAGE TEXT`. */
export async function edit(context: CommandContext): Promise<number> {
  const text = await readText(context, context.given.words(1));
  return changeMessage(context, (link, message) =>
    link.call('message.edit', { key: changeKey(), message, content: { kind: 'text', text } }),
  );
}

/** `natter retract MESSAGE [--reason TEXT]`. */
export async function retract(context: CommandContext): Promise<number> {
  const reason = context.given.text('reason');
  return changeMessage(context, (link, message) =>
    link.call('message.retract', { key: changeKey(), message, ...(reason !== undefined && { reason }) }),
  );
}

/** `natter react MESSAGE REACTION [--remove]`. */
export async function react(context: CommandContext): Promise<number> {
  const { given } = context;
  const [reaction, on] = [given.word(1), !given.flag('remove')];
  return changeMessage(context, (link, message) =>
    link.call('message.react', { key: changeKey(), message, reaction, on }),
  );
}

/** Makes a change, waits for the network, and shows the message as it is then. */
async function changeMessage(
  context: CommandContext,
  change: (link: ClientLink, message: MessageId) => Promise<{ operation: OperationId }>,
): Promise<number> {
  const { given, output } = context;
  // Whether there is such a message, the other side knows.
  const message = given.word(0) as MessageId;
  const link = await context.link();
  const { operation } = await change(link, message);
  const { exitCode } = await settleOperation(context, link, operation);
  const after = await link.call('message.get', { message });
  output.item(messageItem(after), () => messageText(after, output.style));
  return exitCode;
}
