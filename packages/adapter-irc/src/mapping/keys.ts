import { remoteKey, type RemoteKey } from '@natter/core/model';
import type { ISupport } from '../wire/isupport.ts';

/** A nick or channel as the key of a contact, participant or conversation: equal names have equal keys. */
export function nameKey(support: ISupport, name: string): RemoteKey {
  return remoteKey(support.fold(name));
}

/**
 * Free of what no nick and no channel may contain: other names never get onto the wire. Safe channels begin with `!`, and
 * with a second one to be made (RFC 2811 section 3.2).
 */
export function isName(text: string): boolean {
  return /^!{0,2}[^:]/.test(text) && !/[\s\0,*?!@]|\p{Cc}/u.test(text.replace(/^!{1,2}/, ''));
}
