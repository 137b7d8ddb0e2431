import { expect, test } from 'vitest';
import { remoteKey } from '@natter/core/model';
import { readContent } from '../../src/mapping/content.ts';
import { toPerson, writeMessage } from '../../src/mapping/outgoing.ts';
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
      {
        kind: 'audio',
        name: 'a.ogg',
        mediaType: 'audio/ogg',
        size: 12,
        hash: `sha-256:${'00'.repeat(32)}`,
        // what it must turn out to be when it is fetched
        remote: `https://files.example/x#natter-sha-256=${'00'.repeat(32)};size=12`,
      },
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

test('a thumbnail is taken from the web and from nowhere else (XEP-0264)', () => {
  const thumbnail = (uri: string): string =>
    `<name>a.png</name><thumbnail xmlns='urn:xmpp:thumbs:1' uri='${uri}' media-type='image/png'/>`;
  expect(readContent(xml(shared(thumbnail('https://files.example/small'))))).toMatchObject({
    attachments: [{ thumbnail: { remote: 'https://files.example/small', mediaType: 'image/png' } }],
  });
  expect(readContent(xml(shared(thumbnail('file:///etc/passwd'))))).toMatchObject({
    attachments: [{ thumbnail: null }],
  });
});

test('what we send says the same as what we would read', () => {
  const remote = `https://files.example/a.png#natter-sha-256=${'0f'.repeat(32)};size=7`;
  const [file] = [
    { kind: 'image', name: 'a.png', mediaType: 'image/png', size: 7, width: 2, height: 3 } as const,
  ];
  const sent = { ...file, duration: null, hash: null, remote, thumbnail: null, blob: null };
  const message = writeMessage('o1', toPerson(remoteKey('a@b')), {
    type: 'send',
    content: { kind: 'attachment', text: '', attachments: [sent] },
    replyTo: null,
    thread: null,
    mentions: [],
  });
  const read = readContent(
    xml(message?.toString().replace('<message', "<message xmlns='jabber:client'") ?? ''),
  );
  expect(read).toMatchObject({ attachments: [{ ...file, remote, hash: `sha-256:${'0f'.repeat(32)}` }] });
  expect(message?.getChildText('body')).toBe('https://files.example/a.png');
});
