import type { Capabilities, Delivery, Destination, Draft, MessageView } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';
import { supports } from '@natter/core/model';
import type { CommandContext } from '../../context.ts';
import { changeKey } from '../../link/changes.ts';
import { whyNotYet } from '../../link/why-not-yet.ts';
import { exitCodeOf, exitCodes } from '../../output/exit-code.ts';
import { oneLine } from '../../output/sanitise.ts';
import { readText } from '../../prompts/text.ts';
import { aroundMessage } from './around.ts';
import { findDestination } from './destination.ts';
import { reached, waitForDelivery, waits } from './delivery.ts';
import type { Wait } from './delivery.ts';
import { waitPatiently } from './patience.ts';

/** `natter send TO [TEXT | -]`. */
export async function send(context: CommandContext): Promise<number> {
  const { given } = context;
  const wait = given.choice('wait', waits) ?? 'sent';
  const files = given.texts('file');
  const text = files.length > 0 && given.words(1).length === 0 ? '' : await readText(context, given.words(1));
  const link = await context.link();
  const to = await findDestination(link, given.word(0), given.text('account'), context.signal);
  if (wait === 'delivered' || wait === 'read') await checkReceipts(link, to, wait);
  const draft: Draft = {
    content: files.length === 0 ? { kind: 'text', text } : await attach(context, link, { to, files, text }),
    ...(await aroundMessage(context, link, to)),
    ...(given.flag('in-clear') ? { inClear: true } : {}),
  };
  const { message } = await link
    .call('message.send', { key: changeKey(), to, draft }, { signal: context.signal })
    .catch(tellHowInClear);
  const last = await waitPatiently(context, link, draft, (signal) =>
    waitForDelivery(link, message, wait, signal),
  );
  if (context.signal.aborted) tellWhatGoesOn(context, last);
  context.signal.throwIfAborted();
  return tell(context, link, last, wait);
}

/** Only here is it known by which option the user may decide otherwise. */
function tellHowInClear(error: unknown): never {
  if (!NatterError.isInstance(error) || error.data.condition?.['capability'] !== 'encryption') throw error;
  throw new NatterError({
    ...error.data,
    message: `${error.data.message}; nothing was sent. --in-clear says it without encryption`,
  });
}

async function attach(
  context: CommandContext,
  link: ClientLink,
  { to, files, text }: { readonly to: Destination; readonly files: readonly string[]; readonly text: string },
): Promise<Draft['content']> {
  const { checkSizes, uploadFiles } = await import('./attach.ts');
  const { capabilities } = await whereItGoes(link, to);
  checkSizes(files, capabilities?.limits.fileBytes);
  return { kind: 'attachment', text, attachments: await uploadFiles(context, link, files) };
}

/** Waiting for what the network never tells would end in a time-out that says nothing. */
async function checkReceipts(link: ClientLink, to: Destination, wait: 'delivered' | 'read'): Promise<void> {
  const { network, capabilities } = await whereItGoes(link, to);
  if (capabilities === undefined || supports(capabilities, `receipts-${wait}`)) return;
  throw new NatterError(
    errorData('unsupported', `${network} does not tell whether a message was ${wait}; nothing was sent`, {
      scope: 'conversation',
    }),
  );
}

/** The network that a message would take, and what it can do there, as far as that is known. */
async function whereItGoes(
  link: ClientLink,
  to: Destination,
): Promise<{ network: string; capabilities: Capabilities | undefined }> {
  const { network, account, capabilities } = await link.call('conversation.open', to);
  const found = (await link.call('account.list', {})).find(({ id }) => id === account);
  return { network, capabilities: capabilities ?? found?.capabilities };
}

/** Ctrl-C ends the waiting: the message is in the outbox already, and may be on its way. */
function tellWhatGoesOn({ output }: CommandContext, { delivery, operation }: MessageView): void {
  if (operation !== null && (delivery === 'queued' || delivery === 'sending'))
    output.note(
      `natter: the message goes on in the background; natter outbox cancel ${operation} gives it up`,
    );
}

async function tell(
  { output }: CommandContext,
  link: ClientLink,
  message: MessageView,
  wait: Wait,
): Promise<number> {
  const delivery: Delivery = message.delivery ?? 'queued';
  const { id, account, conversation, network } = message;
  output.item(
    {
      type: 'sent',
      id,
      localId: message.operation,
      account,
      network,
      conversation,
      to: message.toAddress,
      delivery,
    },
    () => `${delivery}  ${oneLine(message.toAddress)}  ${id}`,
  );
  if (delivery === 'failed') {
    const error = message.error ?? errorData('internal', 'the message was not sent', { scope: 'message' });
    output.error(error);
    return exitCodeOf(error.code);
  }
  if (reached(delivery, wait)) return exitCodes.done;
  output.note(
    delivery === 'unconfirmed'
      ? 'natter: the network has not confirmed the message'
      : `natter: the message is ${delivery} and goes on in the background${await whyNotYet(link, account)}`,
  );
  return exitCodes.partly;
}
