import type { CommandContext } from '../../context.ts';
import { resolveContact } from '../../link/resolve.ts';
import { oneLine } from '../../output/sanitise.ts';
import { isStandardOutput } from '../file/special-files.ts';
import { storeFile } from '../file/store-file.ts';
import { waitForTransfer } from '../file/wait-for-transfer.ts';

/** `natter contact avatar CONTACT PATH`. */
export async function saveAvatar(context: CommandContext): Promise<void> {
  const { given, output, signal } = context;
  const target = (await isStandardOutput(given.word(1))) ? '-' : given.word(1);
  const link = await context.link();
  const { contact, address } = await resolveContact(link, given.word(0), given.text('account'));
  const started = await link.call('avatar.fetch', { contact }, { signal });
  const name = `the picture of ${address}`;
  const blob = await waitForTransfer(context, link, started, { name, size: null });
  const bytes = await link.download(blob, 0, signal);
  const stored = await storeFile(bytes, { name: address, hash: null }, { target, alone: true });
  if (stored !== null)
    output.item({ type: 'avatar', contact, address, ...stored }, () => oneLine(stored.path));
}
