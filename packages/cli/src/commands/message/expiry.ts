import type { CommandContext } from '../../context.ts';
import { changeRoom } from '../../link/changes.ts';
import { resolveConversations } from '../../link/resolve.ts';
import { conversationItem, conversationText } from '../conversation.ts';

/** `natter expiry WHO [TIME]`. */
export async function expiry(context: CommandContext): Promise<number> {
  const { given, output } = context;
  const time = given.optionalWord(1);
  const after = time === undefined ? undefined : parseTime(time);
  if (after !== undefined && Number.isNaN(after))
    throw given.error(`TIME is something like 90s, 30m, 12h, 7d or 4w, or off, not '${time ?? ''}'`);
  const link = await context.link();
  let exitCode = 0;
  for (const conversation of await resolveConversations(link, given.word(0), given.text('account'))) {
    const view = await link.call('conversation.get', { conversation });
    if (after === undefined) output.item(conversationItem(view), () => conversationText(view));
    else
      exitCode ||= await changeRoom(
        context,
        link,
        { account: view.account, conversation },
        { action: 'expiry', after },
      );
  }
  return exitCode;
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Milliseconds; `null` for off, NaN for what is no time. */
function parseTime(text: string): number | null {
  if (text === 'off') return null;
  const [, count = '', unit = ''] = /^([1-9]\d{0,6})([smhdw])$/u.exec(text) ?? [];
  return Number(count) * (units[unit] ?? Number.NaN) * 1000;
}
