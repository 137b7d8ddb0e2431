import { helpText } from '../command-line/help.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { commandTable } from '../command-line/table/index.ts';
import type { CommandContext } from '../context.ts';

/** `natter help [COMMAND]`. */
export async function help({ given, output }: CommandContext): Promise<void> {
  const words = given.words(0);
  const table = await commandTable();
  const known = table.some((row) => words.every((word, index) => row.words[index] === word));
  if (!known) throw new UsageError(`there is no command '${words.join(' ')}'`);
  output.text(helpText(table, words));
}
