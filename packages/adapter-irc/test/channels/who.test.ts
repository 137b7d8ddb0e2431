import { afterEach, expect, test } from 'vitest';
import { run, type Running } from '../support/online.ts';
import { offering, ScriptedServer } from '../support/scripted-server.ts';

let server: ScriptedServer;
let running: Running;
afterEach(async () => {
  await running.stop();
  await server.close();
});

/** The last that was told of a member of #c. */
const member = (key: string): object | undefined =>
  running.batches
    .flatMap(({ events }) => events)
    .findLast((event) => event.type === 'upsert' && event.of === 'member' && event.key === key);

test('WHOX tells whose account a member is and who is away; where there is none, WHO tells who is away', async () => {
  for (const [support, answer] of [
    ['WHOX', ':s 354 me 176 #c user host other G account'],
    ['', ':s 352 me #c user host s other G :0 real name'],
  ] as const) {
    server = await ScriptedServer.start(
      offering('', (line, say) => {
        if (!line.startsWith('WHO ')) return false;
        say(answer);
        say(':s 354 me 176 #c'); // too short, and of nobody
        say(':s 354 me 999 #c user host other H elsewhere'); // not ours
        say(':s 315 me #c :end');
        return true;
      }),
      support,
    );
    running = run(server.port, { config: { join: ['#c'] } });
    expect(await running.online).toBeNull();
    const proof = support === '' ? 'nick' : 'account';
    await expect.poll(() => member('other')).toMatchObject({ value: { away: true, proof } });
    expect(server.heard.some((line) => line.startsWith('WHO #c'))).toBe(true);
    // A ban is for the address that WHO has told.
    const change = { action: 'ban', member: 'other' as never } as const;
    await running.perform({ type: 'room', change }, '#c');
    expect(server.heard).toContain('MODE #c +b *!user@host');
    if (support === '') return;
    await running.stop();
    await server.close();
  }
});

test('bot mode is set when the user wants it and the server has it', async () => {
  server = await ScriptedServer.start(() => false, 'BOT=B');
  running = run(server.port, { config: { bot: true } });
  expect(await running.online).toBeNull();
  await expect.poll(() => server.heard).toContain('MODE me +B');
});
