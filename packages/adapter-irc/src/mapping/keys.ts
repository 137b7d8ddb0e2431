import { remoteKey, type RemoteKey } from '@natter/core/model';
import type { ISupport } from '../wire/isupport.ts';

/** A nick or channel as the key of a contact, participant or conversation: equal names have equal keys. */
export function nameKey(support: ISupport, name: string): RemoteKey {
  return remoteKey(support.fold(name));
}

/** What no nick and no channel may contain: such a name never gets onto the wire. */
export function isName(text: string): boolean {
  return text !== '' && !text.startsWith(':') && !/[\s\0,*?!@]|\p{Cc}/u.test(text);
}
