import { expect, test } from 'vitest';
import { Element } from '@xmpp/xml';
import type { WireError } from '../../src/wire/error.ts';
import type { FrameEvents, FrameSocket } from '../../src/wire/frame-socket.ts';
import { DEFAULT_LIMITS } from '../../src/wire/limits.ts';
import { WebSocketChannel } from '../../src/wire/websocket-channel.ts';

const FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
const message = (text: string): string => `<message xmlns='jabber:client'><body>${text}</body></message>`;

/** A channel and the server's end of it. */
function start(): {
  channel: WebSocketChannel;
  sent: string[];
  heard: Element[];
  opened: Element[];
  say(frame: string): void;
  hangUp(): void;
  end: () => WireError | null | undefined;
} {
  let events: FrameEvents | null = null;
  const [sent, heard, opened]: [string[], Element[], Element[]] = [[], [], []];
  const socket: FrameSocket = {
    secure: true,
    loopback: false,
    listen: (to) => void (events = to),
    send: (frame) => void sent.push(frame),
    pause: () => {},
    resume: () => {},
    destroy: () => void (events = null),
  };
  const channel = new WebSocketChannel(socket, { ...DEFAULT_LIMITS, closeTime: 20 });
  let end: WireError | null | undefined;
  channel.listen({
    heard: () => {},
    opened: (header) => void opened.push(header),
    element: (element) => void heard.push(element),
    ended: (error) => void (end = error),
  });
  channel.open({ to: 'localhost' });
  return {
    channel,
    sent,
    heard,
    opened,
    say: (frame) => events?.text(frame),
    hangUp: () => events?.closed('gone'),
    end: () => end,
  };
}

test('each frame is one element, with its namespace', () => {
  const { channel, sent, heard, opened, say } = start();
  expect(sent).toEqual([`<open to="localhost" xmlns="${FRAMING}" version="1.0"/>`]);
  say(`<open xmlns='${FRAMING}' from='localhost' id='1' version='1.0'/>`);
  expect(opened[0]?.is('stream', 'http://etherx.jabber.org/streams')).toBe(true);
  say(message('é€😀'));
  expect(heard.map((each) => each.getChildText('body'))).toEqual(['é€😀']);
  const presence = new Element('presence');
  channel.send(presence);
  expect(sent.at(-1)).toBe('<presence xmlns="jabber:client"/>');
  expect(presence.toString()).toBe('<presence/>');
});

test.each([
  ['two elements', message('a') + message('b')],
  ['half an element', `<message xmlns='jabber:client'>`],
  ['nothing', ''],
  ['text', 'hello'],
  ['a comment', `<!-- -->${message('a')}`],
  ['an entity', `<!DOCTYPE a [<!ENTITY b "c">]>${message('&b;')}`],
  ['the end of the stream', '</stream:stream>'],
  ['more than may come before sign-in', message('x'.repeat(DEFAULT_LIMITS.stanzaBytesBeforeLogin))],
])('a frame of %s ends the link', (_, frame) => {
  const { say, end } = start();
  say(`<open xmlns='${FRAMING}'/>`);
  say(frame);
  expect(['malformed', 'limit']).toContain(end()?.code);
});

test('a halted stream looks at nothing, and what comes while nobody reads comes later, in order', () => {
  const { channel, heard, say } = start();
  channel.pause();
  say(message('one'));
  say(message('two'));
  expect(heard).toEqual([]);
  channel.resume();
  expect(heard.map((each) => each.getChildText('body'))).toEqual(['one', 'two']);
  channel.halt();
  say(message('three'));
  expect(heard).toHaveLength(2);
});

test('ends in good order when both sides say so, and is broken when the link is', async () => {
  const polite = start();
  const closed = polite.channel.close();
  expect(polite.sent.at(-1)).toBe(`<close xmlns="${FRAMING}"/>`);
  polite.say(`<close xmlns='${FRAMING}'/>`);
  await closed;
  expect(polite.end()).toBeNull();
  const broken = start();
  broken.hangUp();
  expect(broken.end()?.code).toBe('disconnected');
  expect(() => broken.channel.send(new Element('presence'))).toThrow('closed');
});

test('is sent elsewhere by who closes the stream (RFC 7395 section 3.6.1)', () => {
  const { say, end, sent } = start();
  say(`<open xmlns='${FRAMING}'/>`);
  say(`<close xmlns='${FRAMING}' see-other-uri='wss://other.example/ws'/>`);
  expect(end()).toMatchObject({ condition: 'see-other-host', location: 'wss://other.example/ws' });
  expect(sent.at(-1)).toBe(`<close xmlns="${FRAMING}"/>`);
});

test('what waits while nobody reads is bounded by its size', () => {
  const { channel, say, end } = start();
  channel.trust();
  channel.pause();
  for (let time = 0; time < 17 && end() === undefined; time += 1) say(message('x'.repeat(1024 * 1024)));
  expect(end()).toMatchObject({ code: 'disconnected' });
});
