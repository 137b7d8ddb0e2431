import type { MessageBody } from '@natter/native-protocol';
import { Refusal } from '../ports/refusal.ts';
import type { Services } from '../services.ts';

/** @throws Refusal `invalid` when the text is longer than this server takes. */
export function requireFits(services: Services, body: MessageBody): void {
  const { textLength } = services.settings.limits;
  if (body.text.length > textLength)
    throw new Refusal('invalid', `A text may have ${textLength} characters.`, { field: 'body.text' });
}
