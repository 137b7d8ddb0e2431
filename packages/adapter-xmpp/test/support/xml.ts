import type { Element } from '@xmpp/xml';
import { DEFAULT_LIMITS } from '../../src/wire/limits.ts';
import { StreamParser } from '../../src/wire/stream-parser.ts';

/** One stanza as it would come in a stream of `jabber:client`. */
export function stanza(xml: string): Element {
  let found: Element | null = null;
  const parser = new StreamParser(
    { opened() {}, element: (element) => (found = element), closed() {} },
    1024 * 1024,
    DEFAULT_LIMITS,
  );
  parser.write(
    Buffer.from(
      `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>${xml}`,
    ),
  );
  if (found === null) throw new Error('no complete stanza');
  return found;
}
