import { attachmentsOf, type Message } from '../model/index.ts';

/**
 * What of a message is found by search: its text and the names of its files. Nothing of what was retracted or could not
 * be decrypted, and no system line: "alice joined" would bury what Alice wrote.
 */
export function searchableText(message: Pick<Message, 'content' | 'retracted'>): string {
  const { content, retracted } = message;
  if (retracted !== null || content.kind === 'undecryptable' || content.kind === 'system') return '';
  const names = attachmentsOf(content).map((attachment) => attachment.name);
  return names.length === 0 ? content.text : [content.text, ...names].join('\n');
}
