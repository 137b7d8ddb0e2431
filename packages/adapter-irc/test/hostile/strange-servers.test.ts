import type { OpBody } from '@natter/core';
import { afterEach, describe, expect, test } from 'vitest';
import { run, type Running } from '../support/online.ts';
import { offering, ScriptedServer, type Script } from '../support/scripted-server.ts';

let server: ScriptedServer;
let running: Running;
afterEach(async () => {
  await running.stop();
  await server.close();
});

async function signedIn(script: Script, support = ''): Promise<void> {
  server = await ScriptedServer.start(script, support);
  running = run(server.port);
  expect(await running.online).toBeNull();
}

const join = (address: string): OpBody => ({ type: 'room', change: { action: 'join', address } });

/** Says these lines to a command, in place of the usual answer. */
const answering =
  (command: string, lines: readonly string[]): Script =>
  (line, say) => {
    if (line !== command) return false;
    for (const each of lines) say(each);
    return true;
  };

describe('a JOIN that leads elsewhere', () => {
  const forward = ':s 470 me #full #overflow :Forwarding to another channel';

  test.each(['', 'labels'])('forwarding (470) is followed %s', async (labels) => {
    const entered = [':me!u@h JOIN #overflow', ':s 353 me = #overflow :me', ':s 366 me #overflow :end'];
    const script: Script = (line, say) => {
      const [, label] = /^@label=(\S+) JOIN #full$/.exec(line) ?? [];
      if (label === undefined) return answering('JOIN #full', [forward, ...entered])(line, say);
      say(`@label=${label} :s BATCH +1 labeled-response`);
      for (const each of [forward, ...entered]) say(`@batch=1 ${each}`);
      say(':s BATCH -1');
      return true;
    };
    await signedIn(labels === '' ? script : offering('batch labeled-response message-tags', script));
    expect(await running.perform(join('#full'))).toMatchObject({
      result: 'accepted',
      conversation: '#overflow',
    });
    expect(Object.keys(running.state)).toContain('room:#overflow');
    expect(Object.keys(running.state)).not.toContain('room:#full');
  });

  test('into a channel that lets nobody in is refused with the reason', async () => {
    await signedIn(answering('JOIN #full', [forward, ':s 473 me #overflow :Cannot join channel (+i)']));
    expect(await running.perform(join('#full'))).toMatchObject({
      result: 'refused',
      error: { code: 'forbidden', condition: { command: '473' } },
    });
  });

  test('a safe channel has a longer name than it is asked by', async () => {
    const entered = [':me!u@h JOIN :!ABCDEclub', ':s 353 me = !ABCDEclub :@me', ':s 366 me !ABCDEclub :end'];
    await signedIn(answering('JOIN !!club', entered), 'CHANTYPES=#&!+ IDCHAN=!:5');
    expect(await running.perform(join('!!club'))).toMatchObject({
      result: 'accepted',
      conversation: '!abcdeclub',
    });
  });
});

describe('what is said in odd ways', () => {
  test('a nick that the server cuts is ours as it is', async () => {
    server = await ScriptedServer.start((line, say) => {
      if (!line.startsWith('USER')) return false;
      say(':s 001 quitelong :welcome');
      say(':s 005 quitelong NICKLEN=9 MONITOR=10 :are supported');
      say(':s 422 quitelong :no message');
      return true;
    });
    running = run(server.port, { nick: 'quitelongindeed' });
    expect(await running.online).toBeNull();
    server.push('PING :fence');
    await expect.poll(() => server.heard).toContain('PONG fence');
    expect(server.heard.filter((line) => /^(MONITOR|NICK)/.test(line))).toEqual(['NICK quitelongindeed']);
  });

  test('capabilities with the marks of the first version are known without them', async () => {
    const script: Script = (line, say) => {
      if (line === 'CAP LS 302') say(':s CAP * LS :=multi-prefix ~away-notify');
      else if (line.startsWith('CAP REQ')) say(':s CAP me ACK :~away-notify =multi-prefix ');
      else return false;
      return true;
    };
    await signedIn(script);
    expect(server.heard).toContain('CAP REQ :away-notify multi-prefix');
    expect(server.heard).toContain('CAP END');
  });

  test('a message without a text is none', async () => {
    await signedIn(() => false);
    server.push(':a!u@h PRIVMSG me');
    server.push(':a!u@h PRIVMSG me :something');
    const texts = (): unknown[] =>
      running.batches
        .flatMap(({ events }) => events)
        .flatMap((event) =>
          event.type === 'timeline' ? event.items.map(({ content }) => content.text) : [],
        );
    await expect.poll(texts).toEqual(['something']);
  });

  test('tokens come in several lines, and are taken back', async () => {
    await signedIn(() => false, 'CHANTYPES=#! STATUSMSG=@');
    server.push(':s 005 me -CHANTYPES -STATUSMSG PREFIX= :are supported by this server');
    server.push(':a!u@h PRIVMSG !me :to a person');
    server.push(':a!u@h PRIVMSG &c :to a channel');
    const places = (): unknown[] =>
      running.batches
        .flatMap(({ events }) => events)
        .flatMap((event) => (event.type === 'timeline' ? [event.conversation] : []));
    await expect.poll(places).toEqual(['a', '&c']);
  });
});
