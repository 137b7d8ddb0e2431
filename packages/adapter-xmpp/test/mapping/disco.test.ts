import { expect, test } from 'vitest';
import { isOf, readInfo, verificationHash } from '../../src/mapping/disco.ts';
import { stanza } from '../support/xml.ts';

const answer = (content: string): ReturnType<typeof stanza> =>
  stanza(`<iq type='result'><query xmlns='http://jabber.org/protocol/disco#info'>${content}</query></iq>`);

const FEATURES = [
  'http://jabber.org/protocol/disco#info',
  'http://jabber.org/protocol/disco#items',
  'http://jabber.org/protocol/muc',
  'http://jabber.org/protocol/caps',
]
  .map((name) => `<feature var='${name}'/>`)
  .join('');

/** XEP-0115 section 5.3: several identities, languages and a form. */
const COMPLEX = `
  <identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>
  <identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>${FEATURES}
  <x xmlns='jabber:x:data' type='result'>
    <field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>
    <field var='ip_version'><value>ipv4</value><value>ipv6</value></field>
    <field var='os'><value>Mac</value></field>
    <field var='os_version'><value>10.5.1</value></field>
    <field var='software'><value>Psi</value></field>
    <field var='software_version'><value>0.11</value></field>
  </x>`;

test.each([
  [
    'a simple answer (XEP-0115 section 5.2)',
    `<identity category='client' name='Exodus 0.9.1' type='pc'/>${FEATURES}`,
    'QgayPKawpkPSDYmwT/WM94uAlu0=',
  ],
  ['one with languages and a form (section 5.3)', COMPLEX, 'q07IKJEyjvHSyhy//CH0CxmKi8w='],
])('the hash of %s', async (_, content, hash) => {
  expect(await verificationHash(answer(content), 'SHA-1')).toBe(hash);
});

test.each([
  ['a feature twice', `<feature var='a'/><feature var='a'/>`],
  ['an identity twice', `<identity category='a' type='b'/><identity category='a' type='b'/>`],
  [
    'two forms of one type',
    ["<x xmlns='jabber:x:data'><field var='FORM_TYPE'><value>t</value></field></x>"].join('').repeat(2),
  ],
])('an answer with %s has no hash, as another could have the same (section 5.4)', async (_, content) => {
  expect(await verificationHash(answer(content), 'SHA-1')).toBeNull();
});

test('an answer says what it is, and what its forms hold', () => {
  const info = readInfo(answer(COMPLEX));
  expect(isOf(info, 'client', 'pc')).toBe(true);
  expect(isOf(info, 'client', 'web')).toBe(false);
  expect(info.fields.get('os')).toEqual(['Mac']);
  expect(readInfo(stanza(`<iq type='result'/>`)).identities).toEqual([]);
});
