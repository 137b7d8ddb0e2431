import { describe, expect, test } from 'vitest';
import { remoteKey } from '@natter/core/model';
import { mapEnded, mapError } from '../../src/mapping/errors.ts';
import { formatMessageKey, parseMessageKey } from '../../src/mapping/keys.ts';
import { toPerson, writeMessage } from '../../src/mapping/outgoing.ts';
import { readPresence, writePresence } from '../../src/mapping/presence.ts';
import { mapRosterItem } from '../../src/mapping/roster.ts';
import { parseStamp } from '../../src/mapping/time.ts';
import { bareAddress, parseAddress } from '../../src/wire/address.ts';
import { WireError } from '../../src/wire/error.ts';
import { orderRecords, parseServer } from '../../src/wire/node/resolver.ts';
import { stanza } from '../support/xml.ts';

test.each([
  ['Me@Example.ORG/Home', 'me@example.org'],
  ['example.org.', 'example.org'],
  ['a@b@c', null],
  ['@b', null],
  ['a@', null],
  ['a@b/', null],
  ['', null],
  ['a\u0000@b', null],
  [`${'x'.repeat(1024)}@b`, null],
  [undefined, null],
])('the bare address of %j is %j', (text, bare) => {
  expect(bareAddress(text)).toBe(bare);
});
test('a resource may contain what an address may not', () => {
  expect(parseAddress('a@b/c@d/e')).toEqual({ local: 'a', domain: 'b', resource: 'c@d/e' });
});

test.each([
  ['2026-01-02T03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 5)],
  ['2026-01-02T03:04:05.678+01:00', Date.UTC(2026, 0, 2, 2, 4, 5, 678)],
  ['20260102T03:04:05', null],
  ['2026-01-02', null],
  ['', null],
  [null, null],
])('the stamp %j is %j', (stamp, time) => {
  expect(parseStamp(stamp)).toBe(time);
});

test.each([
  ['example.org', { host: 'example.org', port: 5222, security: 'starttls' }],
  ['example.org:1234', { host: 'example.org', port: 1234, security: 'starttls' }],
  ['example.org:5223', { host: 'example.org', port: 5223, security: 'direct' }],
  ['xmpps://example.org', { host: 'example.org', port: 5223, security: 'direct' }],
  ['xmpp://example.org:443', { host: 'example.org', port: 443, security: 'starttls' }],
  ['wss://example.org/ws', { security: 'websocket', url: 'wss://example.org/ws' }],
  ['[::1]:5222', { host: '::1', port: 5222, security: 'starttls' }],
])('--server %s', (server, target) => {
  expect(parseServer(server)).toEqual(target);
});
test.each(['', 'a:0', 'a:99999', 'http://a', 'a b', 'a/b', 'user@a'])(
  '--server %j is told to be none',
  (server) => {
    expect(() => parseServer(server)).toThrow('no server address');
  },
);

test('SRV records go by priority, then at random in proportion to their weight (RFC 2782)', () => {
  const record = (name: string, priority: number, weight: number) => ({ name, priority, weight, port: 1 });
  const records = [record('backup', 20, 100), record('heavy', 10, 90), record('light', 10, 10)];
  const first = Array.from({ length: 1000 }, () => orderRecords(records, Math.random)[0]?.name);
  expect(first.filter((name) => name === 'heavy').length).toBeGreaterThan(700);
  expect(first).toContain('light');
  expect(orderRecords(records, () => 0).map(({ name }) => name)).toEqual(['heavy', 'light', 'backup']);
});

describe('roster items', () => {
  const knowledge = {
    requested: (key: string) => key === 'asks@b',
    denied: (key: string) => key === 'no@b',
    bridge: (key: string) => (key.endsWith('@wa.b') ? { network: 'whatsapp', name: 'WhatsApp' } : null),
  };
  test.each([
    [
      `jid='A@b' subscription='both' name='Al'`,
      { alias: 'Al', subscription: { to: 'granted', from: 'granted' }, request: null },
    ],
    [`jid='a@b' subscription='to'`, { alias: null, subscription: { to: 'granted', from: 'none' } }],
    [`jid='a@b' subscription='none' ask='subscribe'`, { subscription: { to: 'pending', from: 'none' } }],
    [`jid='asks@b' subscription='none'`, { subscription: { to: 'none', from: 'pending' } }],
    [`jid='+49@wa.b' subscription='both'`, { bridge: { network: 'whatsapp', name: 'WhatsApp' } }],
    [`jid='no@b' subscription='none'`, { subscription: { to: 'denied', from: 'none' } }],
  ])('%s', (attributes, value) => {
    const item = stanza(
      `<message><item xmlns='jabber:iq:roster' ${attributes}><group>G</group><group>G</group></item></message>`,
    ).getChild('item')!;
    expect(mapRosterItem(item, knowledge)).toMatchObject({
      type: 'upsert',
      value: { ...value, groups: ['G'], listed: true },
    });
  });
  test('an item without a valid address is none', () => {
    expect(
      mapRosterItem(stanza(`<message><item jid='@'/></message>`).getChild('item')!, knowledge),
    ).toBeNull();
  });
});

test.each([
  [
    `<presence from='a@b/c'/>`,
    { kind: 'presence', contact: 'a@b', resource: 'c', presence: { availability: 'available', priority: 0 } },
  ],
  [
    `<presence from='a@b/c'><show>dnd</show><status> busy </status><priority>5</priority></presence>`,
    { presence: { availability: 'dnd', text: 'busy', priority: 5 } },
  ],
  [
    `<presence from='a@b/c'><show>odd</show><priority>999</priority></presence>`,
    { presence: { availability: 'available', priority: 0 } },
  ],
  [`<presence from='a@b/c'><show>constructor</show></presence>`, { presence: { availability: 'available' } }],
  [`<presence from='a@b/c' type='unavailable'/>`, { resource: 'c', presence: null }],
  [
    `<presence from='a@b' type='unavailable'><delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/></presence>`,
    { resource: null, presence: { availability: 'offline', since: Date.UTC(2026, 0, 1) } },
  ],
  [
    `<presence from='a@b' type='subscribe'><status>hi</status></presence>`,
    { kind: 'subscription', contact: 'a@b', change: 'subscribe', text: 'hi' },
  ],
  [`<presence from='a@b/c' type='error'/>`, null],
  [`<presence from='room@b/nick'><x xmlns='http://jabber.org/protocol/muc#user'/></presence>`, null],
])('%s', (xml, update) => {
  const read = readPresence(stanza(xml));
  if (update === null) expect(read).toBeNull();
  else expect(read).toMatchObject(update);
});
test('our presence', () => {
  expect(writePresence({ availability: 'away', text: 'tea' }).toString()).toBe(
    '<presence><show>away</show><status>tea</status></presence>',
  );
  expect(writePresence({ availability: 'invisible', text: null }).toString()).toBe(
    '<presence type="unavailable"/>',
  );
});

test('a message key comes apart as it was put together', () => {
  for (const key of [
    { archiveId: 'a b/c', self: true, claimed: 'x y' },
    { archiveId: '1', self: false, claimed: null },
    { archiveId: '1', self: false, claimed: '' },
  ]) {
    expect(parseMessageKey(formatMessageKey(key))).toEqual(key);
  }
});

test('what cannot be referred to is not sent', () => {
  const target = { stable: formatMessageKey({ archiveId: '1', self: true, claimed: null }) };
  expect(
    writeMessage('o1', toPerson(remoteKey('a@b')), { type: 'retract', target, reason: null }),
  ).toBeNull();
});

describe('errors', () => {
  test.each([
    [
      new WireError('sasl-failed', 'x', { condition: 'not-authorized' }),
      'needsLogin',
      'authentication',
      false,
    ],
    [new WireError('sasl-failed', 'x', { condition: 'account-disabled' }), 'refused', 'suspended', false],
    [new WireError('sasl-failed', 'x', { condition: 'temporary-auth-failure' }), 'network', 'server', true],
    [new WireError('stream-error', 'x', { condition: 'conflict' }), 'replaced', 'replaced', false],
    [new WireError('stream-error', 'x', { condition: 'host-unknown' }), 'refused', 'not-found', false],
    [new WireError('stream-error', 'x', { condition: 'see-other-host' }), 'network', 'network', true],
    [new WireError('no-password', 'x'), 'needsLogin', 'secret', false],
    [new WireError('limit', 'x', { condition: 'policy-violation' }), 'network', 'protocol', true],
  ])('%o', (error, why, code, retriable) => {
    expect(mapEnded(error)).toMatchObject({ why, error: { code, retriable } });
  });
  test.each(['sasl-failed', 'entry-refused', 'stanza-error'] as const)(
    'conditions named like a property of every object are unknown ones: %s',
    (code) => {
      for (const condition of ['constructor', '__proto__', 'toString'])
        expect(mapError(new WireError(code, 'no', { condition }))).toMatchObject({
          message: expect.stringMatching(/no$/) as unknown,
        });
    },
  );
  test('an error text of a server is one line without control characters', () => {
    const text = mapError(new WireError('stream-error', `a\n\u001b[2Jb\u202e${'x'.repeat(1000)}`)).message;
    expect(text).toMatch(/^a \[2Jb x+$/);
    expect(text.length).toBeLessThanOrEqual(300);
  });
});
