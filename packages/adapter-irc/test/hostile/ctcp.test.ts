import { afterEach, describe, expect, test } from 'vitest';
import { run, type Running } from '../support/online.ts';
import { ScriptedServer } from '../support/scripted-server.ts';

let server: ScriptedServer;
let running: Running;
afterEach(async () => {
  await running.stop();
  await server.close();
});

async function asked(config: { ctcp?: boolean }, questions: readonly string[]): Promise<string[]> {
  server = await ScriptedServer.start();
  running = run(server.port, { config });
  expect(await running.online).toBeNull();
  for (const question of questions) server.push(question);
  server.push('PING :behind');
  await expect.poll(() => server.heard).toContain('PONG behind');
  // What waits for its turn in the queue has left when this has.
  await running.perform({ type: 'roster', change: { action: 'add', address: 'fence' } });
  return server.heard.filter((line) => line.startsWith('NOTICE'));
}

const ask = (text: string, target = 'me'): string => `:eve!u@h PRIVMSG ${target} :\x01${text}\x01`;

describe('class 19: questions of programs', () => {
  test('are not answered unless the user wants it, and an offered file is never taken', async () => {
    const questions = ['VERSION', 'PING 1', 'TIME', 'CLIENTINFO', 'DCC SEND x 2130706433 80 1', 'FINGER'];
    expect(
      await asked(
        {},
        questions.map((text) => ask(text)),
      ),
    ).toEqual([]);
    const told = running.batches.flatMap(({ events }) => events);
    const contents = told.flatMap((event) =>
      event.type === 'timeline' ? event.items.map(({ content }) => content.kind) : [],
    );
    expect(contents).toEqual(['unsupported']);
  });

  test('are answered, when they are, without a word about this machine, and few of them', async () => {
    const questions = [
      ask('VERSION', '#channel'),
      ':me!u@h PRIVMSG me :\x01VERSION\x01',
      ':eve!u@h NOTICE me :\x01VERSION\x01',
      ask('USERINFO'),
      ask('VERSION'),
      ask('PING a\rb'),
      ...Array.from({ length: 100 }, () => ask('TIME')),
    ];
    const answers = await asked({ ctcp: true }, questions);
    expect(answers).toHaveLength(3);
    expect(answers[0]).toBe('NOTICE eve :\x01VERSION natter\x01');
    expect(answers[2]).toMatch(/^NOTICE eve :\x01TIME \d{4}-\d\d-\d\dT[\d:.]+Z\x01$/); // oxlint-disable-line no-control-regex
  });
});
