import { Element } from '@xmpp/xml';
import { describe, expect, test } from 'vitest';
import { isCarbon, readCarbon } from '../../src/mapping/carbon.ts';
import { NS } from '../../src/wire/namespaces.ts';

const OWN = 'alice@example.org';

function carbon(
  from: string | undefined,
  way: 'sent' | 'received',
  inner: Record<string, string> | null,
): Element {
  const stanza = new Element('message', { xmlns: NS.client, ...(from === undefined ? {} : { from }) });
  const wrapper = stanza.c(way, { xmlns: NS.carbons }).c('forwarded', { xmlns: NS.forward });
  if (inner !== null) wrapper.c('message', { xmlns: NS.client, ...inner });
  return stanza;
}

describe('a carbon (XEP-0280)', () => {
  test.each([
    [OWN, 'sent', { from: `${OWN}/desk`, to: 'bob@x' }, true],
    [OWN, 'received', { from: 'bob@x', to: `${OWN}/desk` }, true],
    ['ALICE@Example.org', 'sent', { from: `${OWN}/desk`, to: 'bob@x' }, true],
    [`${OWN}/desk`, 'sent', { from: `${OWN}/desk`, to: 'bob@x' }, false],
    ['example.org', 'sent', { from: `${OWN}/desk`, to: 'bob@x' }, false],
    ['bob@x', 'received', { from: 'carol@x', to: OWN }, false],
    [undefined, 'sent', { from: OWN, to: 'bob@x' }, false],
    [OWN, 'sent', { from: 'bob@x', to: OWN }, false],
    [OWN, 'received', { from: OWN, to: 'bob@x' }, false],
    [OWN, 'sent', { to: 'bob@x' }, false],
    [OWN, 'sent', null, false],
  ] as const)('from %s, %s %o: %s', (from, way, inner, taken) => {
    const stanza = carbon(from, way, inner);
    expect(isCarbon(stanza)).toBe(true);
    expect(readCarbon(stanza, OWN) !== null).toBe(taken);
  });

  test('is none without a word of it', () => {
    const stanza = new Element('message', { xmlns: NS.client, from: OWN });
    expect([isCarbon(stanza), readCarbon(stanza, OWN)]).toEqual([false, null]);
  });
});
