import { isIPv6 } from 'node:net';

/** Groups of an IPv6 address that name a network; the rest is what its owner chooses. https://www.rfc-editor.org/rfc/rfc4291#section-2.5.4 */
const networkGroups = 4;

/**
 * What is counted as one place in the network: an IPv4 address, and all of a /64 of IPv6, of which every home has one, with
 * more addresses than could ever be counted apart.
 */
export function addressBlock(address: string): string {
  const [bare = ''] = address.split('%');
  if (!isIPv6(bare)) return address;
  const [left = '', right] = bare.split('::');
  const head = groupsOf(left);
  const tail = groupsOf(right ?? '');
  const zeros = right === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...Array.from({ length: zeros }, () => '0'), ...tail];
  return `${groups.slice(0, networkGroups).join(':')}::/64`;
}

/** In one spelling; a tail in dots takes the room of two groups, and is never among the first four. */
function groupsOf(text: string): string[] {
  if (text === '') return [];
  return text
    .split(':')
    .flatMap((group) => (group.includes('.') ? ['0', '0'] : [Number.parseInt(group, 16).toString(16)]));
}
