import { afterEach, describe, expect, test } from 'vitest';
import { Bouncer, type BouncerStyle } from '../support/bouncer.ts';
import { IrcHub } from '../support/irc-hub.ts';

let bouncer: Bouncer;
let irc: IrcHub;
afterEach(async () => {
  await irc?.close();
  await bouncer.server.close();
});

const patient = { timeout: 15_000 };
const texts = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, at) => `text ${from + at}`);

async function start(style: BouncerStyle): Promise<void> {
  bouncer = await Bouncer.start(style);
}

const styles: Readonly<Record<string, BouncerStyle>> = {
  'with ids and labels': {},
  'with times alone, without labels': { ids: false, labels: false, kinds: 'timestamp' },
};

describe.each(Object.entries(styles))('what was missed, %s', (_, style) => {
  test('comes once and in order, in channels and from people, after every reconnect', async () => {
    await start(style);
    for (const text of texts(20)) bouncer.say('other', '#c', text);
    irc = await IrcHub.start(bouncer.server.port, { join: ['#c'] });
    await expect.poll(() => irc.texts('#c'), patient).toEqual(texts(20));
    await irc.enable(false);
    for (const text of texts(250, 20)) bouncer.say('other', '#c', text);
    for (const text of texts(30)) bouncer.say('stranger', 'me', text);
    // Somebody talks on while history is being told.
    bouncer.asked = () => {
      bouncer.asked = () => {};
      bouncer.say('other', '#c', 'meanwhile');
    };
    await irc.enable(true);
    await expect.poll(() => irc.texts('#c'), patient).toEqual([...texts(270), 'meanwhile']);
    expect(irc.gaps).toBe(0);
    expect(await irc.texts('stranger')).toEqual(texts(30));
    bouncer.server.cut();
    bouncer.say('other', '#c', 'in between');
    bouncer.say('stranger', 'me', 'in between');
    await irc.phase('online');
    bouncer.say('other', '#c', 'at the end');
    await expect
      .poll(() => irc.texts('#c'), patient)
      .toEqual([...texts(270), 'meanwhile', 'in between', 'at the end']);
    await expect.poll(() => irc.texts('stranger'), patient).toEqual([...texts(30), 'in between']);
  });

  test('leaves a marked gap where the server tells too little at once, which whoever scrolls there fills', async () => {
    await start({ ...style, limit: 5 });
    bouncer.say('other', '#c', 'first');
    irc = await IrcHub.start(bouncer.server.port, { join: ['#c'] });
    await expect.poll(() => irc.texts('#c'), patient).toEqual(['first']);
    await irc.enable(false);
    for (const text of texts(200)) bouncer.say('other', '#c', text);
    await irc.enable(true);
    const tail = texts(105, 95);
    await expect.poll(() => irc.texts('#c'), patient).toEqual(['first', ...tail]);
    expect(irc.gaps).toBe(1);
    await expect.poll(() => irc.scrolled('#c', 300), patient).toEqual(['first', ...texts(200)]);
    expect(irc.gaps).toBe(0);
  });
});

test('a bouncer that plays its buffers again and again tells nothing twice', async () => {
  await start({ plays: true, ids: false, labels: false });
  for (const text of texts(10)) bouncer.say('other', '#c', text);
  irc = await IrcHub.start(bouncer.server.port, { join: ['#c'] });
  await expect.poll(() => irc.texts('#c'), patient).toEqual(texts(10));
  for (let round = 0; round < 3; round += 1) {
    await irc.enable(false);
    bouncer.say('other', '#c', `round ${round}`);
    await irc.enable(true);
    // Bouncers play a channel before anything else is said in it, and we are online before we are in the channel.
    await expect.poll(() => irc.texts('#c'), patient).toContain(`round ${round}`);
    bouncer.say('other', '#c', `live ${round}`);
  }
  const rounds = [0, 1, 2].flatMap((round) => [`round ${round}`, `live ${round}`]);
  await expect.poll(() => irc.texts('#c'), patient).toEqual([...texts(10), ...rounds]);
});

test.each([{ refuses: ['TARGETS'] }, { refuses: ['TARGETS'], labels: false }, { refuses: ['stranger'] }])(
  'a server that tells only a part of it does not keep the account from going on: %j',
  async (style) => {
    await start(style);
    for (const text of texts(5)) bouncer.say('other', '#c', text);
    bouncer.say('stranger', 'me', 'nobody will hear of this');
    bouncer.say('friend', 'me', 'hello');
    irc = await IrcHub.start(bouncer.server.port, { join: ['#c'] });
    await expect.poll(() => irc.texts('#c'), patient).toEqual(texts(5));
    bouncer.say('stranger', 'me', 'but of this');
    await expect.poll(() => irc.texts('stranger'), patient).toEqual(['but of this']);
    expect(await irc.texts('friend')).toEqual(style.refuses.includes('TARGETS') ? [] : ['hello']);
  },
);
