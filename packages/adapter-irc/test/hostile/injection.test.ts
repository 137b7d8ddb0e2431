import { remoteKey, type OpBody } from '@natter/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, type Running } from '../support/online.ts';
import { ScriptedServer } from '../support/scripted-server.ts';

const poisons = {
  CR: 'a\rQUIT',
  LF: 'a\nQUIT',
  CRLF: 'a\r\nQUIT :pwn',
  NUL: 'a\0b',
  space: 'a QUIT',
  'leading colon': ':QUIT',
  'line separator': 'a\u2028QUIT',
  'lone surrogate': 'a\ud800QUIT',
  empty: '',
};

type Method = (poison: string) => readonly [body: OpBody, conversation: string | null];

const room = (change: object): OpBody => ({ type: 'room', change }) as OpBody;
const text = (text: string, kind = 'text'): OpBody =>
  ({ type: 'send', content: { kind, text }, replyTo: null, thread: null, mentions: [] }) as OpBody;
const target = { stable: remoteKey('id') };

/** Every operation by every parameter that a person or a network can fill. */
const methods: Readonly<Record<string, Method>> = {
  'send text': (poison) => [text(poison), 'bob'],
  'send emote': (poison) => [text(poison, 'emote'), 'bob'],
  'send notice': (poison) => [text(poison, 'notice'), 'bob'],
  'send target': (poison) => [text('hello'), poison],
  'send formatted': (poison) => [
    {
      type: 'send',
      content: { kind: 'text', text: 'x', formatted: [{ type: 'bold', children: [poison] }] },
      replyTo: null,
      thread: null,
      mentions: [],
    },
    'bob',
  ],
  'reply target': (poison) => [
    {
      ...(text('x') as Extract<OpBody, { type: 'send' }>),
      replyTo: { target: { stable: remoteKey(poison) }, quote: '' },
    },
    'bob',
  ],
  'join channel': (poison) => [room({ action: 'join', address: poison }), null],
  'join #channel': (poison) => [room({ action: 'join', address: `#${poison}` }), null],
  'join key': (poison) => [room({ action: 'join', address: '#k', password: poison }), null],
  'create name': (poison) => [room({ action: 'create', name: poison, kind: 'channel', invite: [] }), null],
  'create topic': (poison) => [
    room({ action: 'create', name: 'c', kind: 'channel', invite: [], topic: poison }),
    null,
  ],
  'create invite': (poison) => [
    room({ action: 'create', name: 'c', kind: 'channel', invite: [poison] }),
    null,
  ],
  leave: (poison) => [room({ action: 'leave' }), poison],
  'invite contact': (poison) => [room({ action: 'invite', contact: poison }), '#r'],
  'invite channel': (poison) => [room({ action: 'invite', contact: 'bob' }), poison],
  'kick member': (poison) => [room({ action: 'kick', member: poison }), '#r'],
  'kick channel': (poison) => [room({ action: 'kick', member: 'bob' }), poison],
  'kick reason': (poison) => [room({ action: 'kick', member: 'bob', reason: poison }), '#r'],
  'ban member': (poison) => [room({ action: 'ban', member: poison }), '#r'],
  'unban member': (poison) => [room({ action: 'unban', member: poison }), '#r'],
  'role member': (poison) => [room({ action: 'role', member: poison, role: 'admin' }), '#r'],
  'topic text': (poison) => [room({ action: 'topic', text: poison }), '#r'],
  'topic channel': (poison) => [room({ action: 'topic', text: 'x' }), poison],
  'accept invitation': (poison) => [room({ action: 'accept-invitation' }), poison],
  'contact add': (poison) => [{ type: 'roster', change: { action: 'add', address: poison } }, null],
  'contact remove': (poison) => [
    { type: 'roster', change: { action: 'remove', contact: remoteKey(poison) } },
    null,
  ],
  nick: (poison) => [{ type: 'profile', change: { action: 'name', name: poison } }, null],
  'react key': (poison) => [{ type: 'react', target, key: poison, on: true, mine: [] }, 'bob'],
  'react target': (poison) => [
    { type: 'react', target: { stable: remoteKey(poison) }, key: '+', on: true, mine: [] },
    'bob',
  ],
  'react conversation': (poison) => [{ type: 'react', target, key: '+', on: true, mine: [] }, poison],
  'retract target': (poison) => [
    { type: 'retract', target: { stable: remoteKey(poison) }, reason: null },
    'bob',
  ],
  'read target': (poison) => [{ type: 'mark-read', upTo: { stable: remoteKey(poison) } }, 'bob'],
  'read conversation': (poison) => [{ type: 'mark-read', upTo: { stable: remoteKey('known') } }, poison],
  'send lines': (poison) => [text(`one\n${poison}\n${poison}`), 'bob'],
  'send lines target': (poison) => [text('one\ntwo'), poison],
  'retract reason': (poison) => [{ type: 'retract', target, reason: poison }, 'bob'],
};

/** What may leave at all: one command of ours, its parameters in good form. */
const wellFormed =
  /^(?:@[^ \0\r\n]+ )?(?:PRIVMSG|NOTICE|TAGMSG|REDACT|JOIN|PART|INVITE|KICK|MODE|TOPIC|NICK|WHOIS|WHO|MARKREAD|BATCH|CHATHISTORY|NAMES|LIST|ISON|USERHOST|PING|AWAY)(?: (?!:)[^ \0\r\n]+)*(?: :[^\0\r\n]*)?$/;

describe('class 18, D10: what one says is one line on the wire, or is refused', () => {
  let server: ScriptedServer;
  let running: Running;

  beforeAll(async () => {
    const wanted =
      'batch server-time message-tags draft/message-redaction draft/read-marker draft/chathistory ' +
      'draft/multiline=max-bytes=4096,max-lines=20';
    server = await ScriptedServer.start((line, say) => {
      if (line === 'CAP LS 302') say(`:s CAP * LS :${wanted}`);
      else if (line.startsWith('CAP REQ')) say(`:s CAP * ACK :${line.replace(/^CAP REQ :?/, '')}`);
      else return false;
      return true;
    });
    running = run(server.port);
    expect(await running.online).toBeNull();
    server.push('@time=2030-01-01T00:00:00.000Z;msgid=known :bob!u@h PRIVMSG me :known');
    await running.perform({ type: 'roster', change: { action: 'add', address: 'fence' } });
  });
  afterAll(async () => {
    await running.stop();
    await server.close();
  });

  for (const [name, method] of Object.entries(methods)) {
    test(name, async () => {
      for (const [poison, value] of Object.entries(poisons)) {
        const from = server.heard.length;
        const [body, conversation] = method(value);
        const outcome = await running.perform(body, conversation);
        await running.perform({ type: 'roster', change: { action: 'add', address: 'fence' } });
        const lines = server.heard.slice(from);
        for (const line of lines) expect(line, `${name} with ${poison}`).toMatch(wellFormed);
        const commands = lines.map((line) => line.replace(/^@\S+ /, '').split(' ')[0]);
        expect(commands, `${name} with ${poison}`).not.toContain('QUIT');
        expect(['accepted', 'unconfirmed', 'refused', 'unknown']).toContain(outcome.result);
      }
      expect(running.over()).toBe(false);
    });
  }

  const questions = {
    'history conversation': (poison: string) => ({ conversation: remoteKey(poison) }),
    'history anchor': (poison: string) => ({ conversation: remoteKey('bob'), anchor: remoteKey(poison) }),
    'history cursor': (poison: string) => ({ conversation: remoteKey('bob'), cursor: `- ${poison}` }),
    'history gap': (poison: string) => ({
      conversation: remoteKey('bob'),
      gap: {
        id: 'g',
        conversation: remoteKey(poison),
        after: null,
        before: null,
        token: `\n- ${poison}`,
      },
    }),
  };
  for (const [name, question] of Object.entries(questions)) {
    test(name, async () => {
      for (const [poison, value] of Object.entries(poisons)) {
        const from = server.heard.length;
        const asked = { ...question(value), direction: 'older', limit: 5 } as const;
        await running.session.history(asked, AbortSignal.timeout(5000)).catch(() => null); // either is right
        const members = { conversation: remoteKey(value) };
        await running.session.query('members', members, AbortSignal.timeout(5000)).catch(() => null);
        await running.session.query('rooms', { text: value }, AbortSignal.timeout(5000));
        for (const line of server.heard.slice(from))
          expect(line, `${name} with ${poison}`).toMatch(wellFormed);
      }
      expect(running.over()).toBe(false);
    });
  }

  test('typing and presence', async () => {
    const from = server.heard.length;
    for (const value of Object.values(poisons)) {
      running.session.signal({ type: 'presence', presence: { availability: 'away', text: value } });
      running.session.signal({ type: 'typing', conversation: remoteKey(value), active: true });
    }
    await running.perform({ type: 'roster', change: { action: 'add', address: 'fence' } });
    const lines = server.heard.slice(from);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toMatch(wellFormed);
  });
});
