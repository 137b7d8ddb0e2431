import { afterEach, expect, test } from 'vitest';
import { run } from './support/online.ts';
import { ScriptedServer } from './support/scripted-server.ts';

let server: ScriptedServer;
afterEach(() => server.close());

const offered = 'account-tag message-tags';
const script = (line: string, say: (line: string) => void): boolean => {
  if (line === 'CAP LS 302') say(`:s CAP * LS :${offered}`);
  else if (line.startsWith('CAP REQ')) say(`:s CAP * ACK :${offered}`);
  else if (line.startsWith('WHOIS')) {
    say(':s 330 me Alice alice-account :is logged in as');
    say(':s 318 me Alice :end');
  } else return false;
  return true;
};

test('F23: an impostor under the nick of a contact is not the contact, and a change of nick is', async () => {
  server = await ScriptedServer.start(script);
  const running = run(server.port);
  expect(await running.online).toBeNull();
  const added = await running.perform({ type: 'roster', change: { action: 'add', address: 'Alice' } });
  expect(added.result).toBe('accepted');
  server.push('@account=alice-account :Alice!a@h PRIVMSG me :the real one');
  server.push('@account=mallory :Alice!m@h PRIVMSG me :an impostor');
  server.push(':Alice!m@h PRIVMSG me :nobody proven');
  server.push('@account=alice-account :Alice!a@h NICK Alicia');
  server.push('@account=alice-account :Alicia!a@h PRIVMSG me :still me');
  const said = (): unknown[] =>
    running.batches
      .flatMap(({ events }) => events)
      .flatMap((event) =>
        event.type === 'timeline'
          ? event.items.map(({ sender, content }) => [event.conversation, sender.contact, content.text])
          : [],
      );
  await expect.poll(() => said().length).toBe(4);
  expect(said()).toEqual([
    ['alice', 'alice', 'the real one'],
    ['~alice', null, 'an impostor'],
    ['~alice', null, 'nobody proven'],
    ['alicia', 'alicia', 'still me'],
  ]);
  const rekeys = running.batches
    .flatMap(({ events }) => events)
    .flatMap((event) => (event.type === 'rekey' ? [[event.of, event.from, event.to]] : []));
  expect(rekeys).toEqual([
    ['contact', 'alice', 'alicia'],
    ['conversation', 'alice', 'alicia'],
    ['participant', 'alice', 'alicia'],
  ]);
  // The book goes with the person.
  expect(Object.keys(running.state)).toEqual(['contact:alicia']);
  await running.stop();
});

test('F23: an impostor who takes another nick moves nothing of the contact, and who signs out sleeps', async () => {
  server = await ScriptedServer.start((line, say) => {
    if (line === 'CAP LS 302') say(':s CAP * LS :account-notify account-tag away-notify message-tags');
    else if (line.startsWith('CAP REQ')) say(`:s CAP * ACK :${line.slice(9)}`);
    else return script(line, say);
    return true;
  });
  const running = run(server.port);
  expect(await running.online).toBeNull();
  await running.perform({ type: 'roster', change: { action: 'add', address: 'Alice' } });
  server.push(':Alice!m@h PRIVMSG me :an impostor');
  server.push(':Alice!m@h NICK Mallory');
  server.push('@account=alice-account :Alice!a@h PRIVMSG me :the real one');
  const rekeys = (): unknown[] =>
    running.batches
      .flatMap(({ events }) => events)
      .flatMap((event) => (event.type === 'rekey' ? [[event.of, event.from, event.to]] : []));
  await expect.poll(() => rekeys().length).toBe(3);
  expect(rekeys()[0]).toEqual(['contact', '~alice', 'mallory']);
  expect(Object.keys(running.state)).toEqual(['contact:alice']);
  const presence = (): unknown =>
    running.hints
      .flatMap((hint) =>
        hint.type === 'presence' && hint.key === 'alice'
          ? [[hint.presence?.availability, hint.presence?.text]]
          : [],
      )
      .at(-1);
  server.push('@account=alice-account :Alice!a@h AWAY :lunch');
  await expect.poll(presence).toEqual(['away', 'lunch']);
  server.push(':Alice!a@h ACCOUNT *');
  await expect.poll(presence).toEqual(['offline', null]);
  const dormant = (): unknown =>
    running.batches
      .flatMap(({ events }) => events)
      .flatMap((event) =>
        event.type === 'upsert' && event.of === 'contact' && event.value.dormant !== undefined
          ? [event.value.dormant]
          : [],
      )
      .at(-1);
  expect(dormant()).toBe(true);
  server.push('@account=alice-account :Alice!a@h ACCOUNT alice-account');
  await expect.poll(presence).toEqual(['away', 'lunch']);
  await expect.poll(dormant).toBe(false);
  await running.stop();
});
