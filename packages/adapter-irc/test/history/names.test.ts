import { afterEach, expect, test } from 'vitest';
import { run } from '../support/online.ts';
import { offering, ScriptedServer } from '../support/scripted-server.ts';
import { toldMembers } from '../support/told.ts';
import { IrcHub } from '../support/irc-hub.ts';

let server: ScriptedServer;
afterEach(() => server.close());

test('what a server says right behind its welcome, in the same bytes, is not lost', async () => {
  server = await ScriptedServer.start((line, say) => {
    if (line !== 'USER me 0 * me') return false;
    const lines = [
      ':s 001 me :welcome',
      ':s 005 me CHANTYPES=# PREFIX=(ov)@+ :are supported',
      ':s 422 me :no message of the day',
      ':me!u@h JOIN #kept',
      ':s 353 me = #kept :me @other',
      ':s 366 me #kept :end',
      ':bob!u@h PRIVMSG me :you were away',
    ];
    say(lines.join('\r\n'));
    return true;
  });
  const running = run(server.port, { config: { join: ['#kept'] } });
  expect(await running.online).toBeNull();
  await expect.poll(() => [...toldMembers(running, '#kept').keys()]).toEqual(['me', 'other']);
  const texts = running.batches
    .flatMap(({ events }) => events)
    .flatMap((event) => (event.type === 'timeline' ? event.items.map(({ content }) => content.text) : []));
  expect(texts).toEqual(['you were away']);
  // Nobody enters where a bouncer has brought us already.
  expect(server.heard.filter((line) => line.startsWith('JOIN'))).toEqual([]);
  await running.stop();
});

test('a history that keeps times to the second, and neither ids nor hosts, tells nothing twice', async () => {
  const log = [
    ['first', '12:00:01.100', 'id1'],
    ['same', '12:00:01.200', 'id2'],
    ['same', '12:00:01.300', 'id3'],
    ['other', '12:00:01.400', 'id4'],
  ] as const;
  const support = 'CHATHISTORY=100 MSGREFTYPES=timestamp';
  server = await ScriptedServer.start(
    offering('batch draft/chathistory message-tags server-time', (line, say) => {
      const [command, kind, target = ''] = line.split(' ');
      if (command !== 'CHATHISTORY') return false;
      say(kind === 'TARGETS' ? 'BATCH +1 draft/chathistory-targets' : `BATCH +1 chathistory ${target}`);
      if (kind === 'TARGETS') say('@batch=1 CHATHISTORY TARGETS bob 2030-01-01T12:00:01.000Z');
      else if (target === 'bob')
        for (const [text, time] of log)
          say(`@batch=1;time=2030-01-01T${time.slice(0, 8)}.000Z :bob PRIVMSG me :${text}`);
      say('BATCH -1');
      return true;
    }),
    support,
  );
  const irc = await IrcHub.start(server.port);
  for (const [text, time, id] of log.slice(0, 3))
    server.push(`@time=2030-01-01T${time}Z;msgid=${id} :bob!u@h PRIVMSG me :${text}`);
  await expect.poll(() => irc.texts('bob')).toHaveLength(4);
  for (let again = 0; again < 2; again += 1) {
    await irc.enable(false);
    await irc.enable(true);
    await expect.poll(() => irc.texts('bob')).toEqual(log.map(([text]) => text));
  }
  await irc.close();
});
