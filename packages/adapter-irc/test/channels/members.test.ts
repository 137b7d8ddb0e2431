import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { run, type Running } from '../support/online.ts';
import { offering, ScriptedServer } from '../support/scripted-server.ts';
import { toldMembers, toldSystem } from '../support/told.ts';

let server: ScriptedServer;
let running: Running;
afterEach(async () => {
  await running?.stop();
  await server.close();
});

const patient = { timeout: 15_000, interval: 10 };

async function inChannel(capabilities: string): Promise<void> {
  server = await ScriptedServer.start(offering(capabilities));
  running = run(server.port, { config: { join: ['#c'] } });
  expect(await running.online).toBeNull();
  await expect.poll(() => toldMembers(running, '#c').size, patient).toBe(2);
}

/** Lines that come in one piece. */
function push(lines: readonly string[]): void {
  server.push(new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join('')));
}

/** All that came before is told. */
async function fence(): Promise<void> {
  const mark = `mark ${Math.random()}`;
  server.push(`:friend!u@h PRIVMSG me :${mark}`);
  await expect.poll(() => JSON.stringify(running.batches).includes(mark), patient).toBe(true);
}

describe('F22: a netsplit and its end', () => {
  const many = Array.from({ length: 500 }, (_, index) => `user${index}`);

  test('are one event each where the server sends them as batches, and the members are those of NAMES', async () => {
    await inChannel('batch message-tags');
    for (const nick of many) server.push(`:${nick}!u@h JOIN #c`);
    await expect.poll(() => toldMembers(running, '#c').size, patient).toBe(502);
    server.push('BATCH +s netsplit a.net b.net');
    for (const nick of many) server.push(`@batch=s :${nick}!u@h QUIT :a.net b.net`);
    server.push('BATCH -s');
    await expect.poll(() => [...toldMembers(running, '#c').keys()], patient).toEqual(['me', 'other']);
    server.push('BATCH +j netjoin a.net b.net');
    for (const nick of many) server.push(`@batch=j :${nick}!u@h JOIN #c`);
    server.push('BATCH -j');
    server.push(`:s MODE #c +o user7`);
    await fence();
    expect(toldSystem(running, '#c')).toEqual([
      'the network split between a.net and b.net: 500 people lost',
      'the network is whole again between a.net and b.net: 500 people back',
    ]);
    expect(toldMembers(running, '#c').get('user7')).toBe('user7 admin');
    expect(toldMembers(running, '#c').size).toBe(502);
  });

  test('are one event each where only the quit message tells', async () => {
    await inChannel('');
    for (const nick of many) server.push(`:${nick}!u@h JOIN #c`);
    push(many.map((nick) => `:${nick}!u@h QUIT :a.net b.net`));
    server.push(':other!u@h QUIT :Quit: a.net b.net');
    await expect.poll(() => toldSystem(running, '#c'), patient).toHaveLength(1);
    push(many.map((nick) => `:${nick}!u@h JOIN #c`));
    await expect.poll(() => toldSystem(running, '#c'), patient).toHaveLength(2);
    expect(toldSystem(running, '#c')[1]).toContain('500 people back');
    expect(toldMembers(running, '#c').size).toBe(501);
  });
});

test('who is banned before the kick is told so, and by whom; a ban of others, or one that was lifted, bans nobody', async () => {
  await inChannel('');
  server.push(':me!user@host.example TOPIC #c :so that our mask is known');
  server.push(':op!u@h MODE #c +bb-b *!*@elsewhere *!user@*.Example *!user@*.example');
  server.push(':op!u@h KICK #c me :go');
  server.push(':me!user@host.example JOIN #c');
  server.push(':op!u@h MODE #c +b *!*?ser@h*t.example');
  server.push(':op!u@h KICK #c me :for good');
  await fence();
  expect(toldSystem(running, '#c')).toEqual(['you were kicked by op: go', 'you were banned by op: for good']);
  const states = running.batches
    .flatMap(({ events }) => events)
    .flatMap((event) => (event.type === 'upsert' && event.of === 'conversation' ? [event.value.state] : []));
  expect(states.filter((state) => state !== undefined)).toEqual(['joined', 'left', 'joined', 'banned']);
});

test('a channel that is renamed stays what it is, and is entered under its new name', async () => {
  await inChannel('draft/channel-rename');
  expect(running.state).toHaveProperty('room:#c');
  server.push(':op!u@h RENAME #c #Choir :we \x02sing\x02');
  server.push(':other!u@h PART #choir :bye');
  server.push(':op!u@h RENAME #elsewhere #nowhere :not ours');
  await fence();
  const events = running.batches.flatMap((batch) => batch.events);
  expect(events).toContainEqual({ type: 'rekey', of: 'conversation', from: '#c', to: '#choir' });
  expect(events).toContainEqual(
    expect.objectContaining({ of: 'conversation', key: '#choir', value: { title: '#Choir' } }),
  );
  expect(toldSystem(running, '#choir')).toEqual(['the channel was renamed from #c by op: we sing']);
  expect(events).toContainEqual(expect.objectContaining({ type: 'remove', in: '#choir', key: 'other' }));
  await expect.poll(() => Object.keys(running.state), patient).toContain('room:#choir');
  expect(running.state).not.toHaveProperty('room:#c');
});

test.each([
  [':op!u@h KICK #c me :\x02no\x02 spam', 'you were kicked by op: no spam'],
  [':op!u@h KICK #c ME :op', 'you were kicked by op'],
  ['KICK #c me', 'you were kicked'],
])('who is put out of a channel is told by whom and why: %s', async (line, text) => {
  await inChannel('');
  server.push(':op!u@h KICK #c other :not us');
  server.push(line);
  await fence();
  expect(toldSystem(running, '#c')).toEqual([text]);
  const states = running.batches
    .flatMap(({ events }) => events)
    .flatMap((event) => (event.type === 'upsert' && event.of === 'conversation' ? [event.value.state] : []));
  expect(states.filter((state) => state !== undefined)).toEqual(['joined', 'left']);
});

type Step =
  | { kind: 'join' | 'part' | 'quit' | 'kick' | 'op' | 'deop' | 'voice' | 'list'; who: number }
  | { kind: 'nick'; who: number; to: number };

/** What a server would have: who is there, and their modes. */
class Model {
  readonly members = new Map<string, Set<string>>([
    ['me', new Set(['o'])],
    ['other', new Set()],
  ]);

  /** The lines of a step; none when it cannot be. */
  lines(step: Step): string[] {
    const nick = `n${step.who}`;
    const modes = this.members.get(nick);
    if (step.kind === 'join') {
      if (modes !== undefined) return [];
      this.members.set(nick, new Set());
      return [`:${nick}!u@h JOIN #c`];
    }
    if (step.kind === 'list') return [...this.names()];
    if (modes === undefined) return [];
    switch (step.kind) {
      case 'nick': {
        const to = `n${step.to}`;
        if (this.members.has(to)) return [];
        this.members.delete(nick);
        this.members.set(to, modes);
        return [`:${nick}!u@h NICK ${to}`];
      }
      case 'op':
      case 'voice':
        modes.add(step.kind === 'op' ? 'o' : 'v');
        return [`:s MODE #c +${step.kind === 'op' ? 'o' : 'v'} ${nick}`];
      case 'deop':
        modes.delete('o');
        return [`:s MODE #c -o ${nick}`];
      default:
        this.members.delete(nick);
        return [
          {
            part: `:${nick}!u@h PART #c :bye`,
            quit: `:${nick}!u@h QUIT :a.net b.net`,
            kick: `:s KICK #c ${nick} :out`,
          }[step.kind as 'part'],
        ];
    }
  }

  names(): readonly string[] {
    const words = [...this.members].map(
      ([nick, modes]) => (modes.has('o') ? '@' : '') + (modes.has('v') ? '+' : '') + nick,
    );
    return [`:s 353 me = #c :${words.join(' ')}`, ':s 366 me #c :end'];
  }

  told(): Map<string, string> {
    return new Map(
      [...this.members].map(([nick, modes]) => [nick, `${nick} ${modes.has('o') ? 'admin' : 'member'}`]),
    );
  }
}

test('F22: whatever happens, the members are those of NAMES', { timeout: 60_000 }, async () => {
  await inChannel('multi-prefix');
  const who = fc.integer({ min: 0, max: 9 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({
      kind: fc.constantFrom('join', 'join', 'join', 'part', 'quit', 'kick', 'op', 'deop', 'voice', 'list'),
      who,
    }),
    fc.record({ kind: fc.constant('nick'), who, to: who }),
  );
  const model = new Model();
  for (const steps of fc.sample(fc.array(step, { minLength: 5, maxLength: 30 }), 40)) {
    for (const line of steps.flatMap((each) => model.lines(each))) server.push(line);
    await fence();
    const before = toldMembers(running, '#c');
    expect(sorted(before)).toEqual(sorted(model.told()));
    for (const line of model.names()) server.push(line);
    await fence();
    expect(sorted(toldMembers(running, '#c'))).toEqual(sorted(before));
    running.batches.splice(0, running.batches.length, listOf(running));
  }
});

const sorted = (members: Map<string, string>): string[] =>
  [...members].map(([key, value]) => `${key} ${value}`).toSorted();

/** The last whole list, so that not everything is read again every time. */
function listOf({ batches }: Running): Running['batches'][number] {
  const last = batches.findLast(({ events }) => events.some(({ type }) => type === 'sweep'));
  return last ?? { origin: 'live', events: [] };
}
