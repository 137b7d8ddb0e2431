import { expect, test } from 'vitest';
import { readContent } from '../../src/mapping/content.ts';
import { stanza as xml } from '../support/xml.ts';

const oob = (url: string, body = url): string =>
  `<message xmlns='jabber:client' type='chat'><body>${body}</body><x xmlns='jabber:x:oob'><url>${url}</url></x></message>`;
const shared = (metadata: string, target = 'https://files.example/x'): string =>
  `<message xmlns='jabber:client' type='chat'><body>${target}</body><file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'>${metadata}</file><sources><url-data xmlns='http://jabber.org/protocol/url-data' target='${target}'/></sources></file-sharing></message>`;

test('an address that is all a message says is a file (XEP-0066)', () => {
  expect(readContent(xml(oob('https://files.example/a/b%20c.png')))).toMatchObject({
    kind: 'attachment',
    attachments: [
      { kind: 'image', name: 'b c.png', remote: 'https://files.example/a/b%20c.png', size: null },
    ],
  });
  expect(readContent(xml(oob('https://files.example/a.png', 'look')))).toMatchObject({ kind: 'text' });
});

test('a shared file says what it is (XEP-0447)', () => {
  const hash = `<hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>${'A'.repeat(43)}=</hash>`;
  const metadata = `<name>a.ogg</name><media-type>audio/ogg</media-type><size>12</size>${hash}`;
  expect(readContent(xml(shared(metadata)))).toMatchObject({
    attachments: [
      { kind: 'audio', name: 'a.ogg', mediaType: 'audio/ogg', size: 12, hash: `sha-256:${'00'.repeat(32)}` },
    ],
  });
});

test.each([
  'http://files.example/a',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'aesgcm://files.example/a',
])('%s is text and no file', (url) => {
  expect(readContent(xml(oob(url)))).toMatchObject({ kind: 'text', text: url });
  expect(readContent(xml(shared('<name>a</name>', url)))).toMatchObject({ kind: 'text' });
});

test.each([
  ['../../etc/passwd', 'passwd'],
  ['C:\\Windows\\a.exe', 'a.exe'],
  ['..', 'file'],
  ['', 'file'],
])('the name %j is never a path (CWE-22)', (name, clean) => {
  expect(readContent(xml(shared(`<name>${name}</name>`)))).toMatchObject({ attachments: [{ name: clean }] });
});
