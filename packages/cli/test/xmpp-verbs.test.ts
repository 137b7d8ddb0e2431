import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeServer, startProsody } from '@natter/e2e';
import type { ProsodyServer } from '@natter/e2e';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Home } from './support/cli.ts';
import type { Line } from './support/cli.ts';
import { until } from './support/network.ts';

describeServer('XMPP from the command line', 'prosody-sid', () => {
  let prosody: ProsodyServer;
  beforeAll(async () => {
    prosody = await startProsody({ release: 'sid', registration: true, websocket: true });
  });
  afterAll(() => prosody?.stop());

  async function register(name: string, server: string): Promise<Home> {
    const home = new Home();
    const authority = join(home.folder, 'ca.pem');
    writeFileSync(authority, prosody.ca.certificate);
    const address = `${name}@${prosody.domain}`;
    const how = ['--server', server, '--ca', authority, '--register', '--password-stdin'];
    const { code, stderr } = await home.run(['account', 'add', 'xmpp', address, ...how], {
      stdin: `${name} secret`,
    });
    if (code !== 0) throw new Error(stderr);
    return home;
  }
  const last = async (home: Home, who: string): Promise<Line | undefined> =>
    (await home.lines('history', who)).at(-1);
  const told = (home: Home, who: string, holds: (line: Line) => boolean): Promise<void> =>
    until(async () => {
      const line = await last(home, who);
      return line !== undefined && holds(line);
    });

  it('registers, talks with all that belongs to it, and deletes itself', { timeout: 120_000 }, async () => {
    const [alice, bob] = await Promise.all([
      register('alice', `127.0.0.1:${prosody.port}`),
      register('bob', `wss://localhost:${prosody.httpsPort}/xmpp-websocket`),
    ]);
    const [to, from] = [`bob@${prosody.domain}`, `alice@${prosody.domain}`];
    await alice.lines('contact', 'add', to, '--message', 'it is me');
    await until(async () => (await bob.lines('contacts')).length === 1);
    await bob.lines('contact', 'accept', from);
    await until(async () => {
      const [person] = await alice.lines('contacts', '--online');
      return person !== undefined;
    });
    await bob.lines('presence', 'dnd', 'singing');
    await until(async () => JSON.stringify(await alice.lines('contacts')).includes('singing'));
    await alice.lines('contact', 'rename', to, 'Bobby');
    await alice.lines('contact', 'group', 'Bobby', 'choir');
    await until(async () => JSON.stringify(await alice.lines('contacts')).includes('choir'));

    await alice.lines('send', 'Bobby', 'helo *there*', '--wait', 'delivered');
    await told(bob, from, ({ text }) => text === 'helo *there*');
    const received = String((await last(bob, from))?.['id']);
    await bob.lines('send', from, 'hello yourself', '--reply-to', received);
    await told(alice, 'Bobby', ({ text }) => text === 'hello yourself');
    const [said] = await alice.lines('history', 'Bobby');
    expect((await last(alice, 'Bobby'))?.['replyTo']).toBe(said?.['id']);
    await alice.lines('edit', String(said?.['id']), 'hello *there*');
    await until(async () => (await bob.lines('history', from))[0]?.['text'] === 'hello *there*');
    await bob.lines('react', received, '👍');
    await until(async () => JSON.stringify((await alice.lines('history', 'Bobby'))[0]).includes('👍'));
    await bob.lines('read', from);
    await until(async () => (await alice.lines('history', 'Bobby'))[0]?.['delivery'] === 'read');
    await alice.lines('retract', String(said?.['id']));
    await until(async () => (await bob.lines('history', from))[0]?.['retracted'] === true);

    const picture = join(bob.folder, 'me.png');
    writeFileSync(picture, 'not really a picture');
    expect((await bob.run(['account', 'avatar', to])).code).toBe(2);
    const saved = join(alice.folder, 'bob.png');
    expect((await alice.run(['contact', 'avatar', 'Bobby', saved])).stderr).toBe(
      `natter: ${to} has no picture\n`,
    );
    const change = { action: 'profile.avatar', state: 'accepted' };
    expect(await bob.lines('account', 'avatar', to, picture)).toMatchObject([change]);
    await until(async () => (await alice.run(['contact', 'avatar', 'Bobby', saved])).code === 0);
    expect(readFileSync(saved, 'utf8')).toBe('not really a picture');
    expect((await alice.run(['contact', 'avatar', 'Bobby', '-'])).stdout).toBe('not really a picture');
    expect(await bob.lines('account', 'avatar', to, '--remove')).toMatchObject([change]);

    const changed = await bob.run(['account', 'password', to, '--password-stdin'], {
      stdin: 'bob secret\nanother secret\n',
    });
    expect([changed.code, changed.stderr]).toEqual([0, '']);
    await alice.lines('contact', 'block', 'Bobby');
    await bob.run(['send', from, 'are you there?']);
    await alice.lines('contact', 'unblock', 'Bobby');
    await bob.lines('send', from, 'now?');
    await told(alice, 'Bobby', ({ text }) => text === 'now?');
    expect(JSON.stringify(await alice.lines('history', 'Bobby'))).not.toContain('are you there?');

    const removed = await bob.run(['account', 'remove', to, '--delete-on-server', '--password-stdin'], {
      stdin: 'another secret',
    });
    expect([removed.code, removed.stderr]).toEqual([0, '']);
    const gone = await alice.run(['send', 'Bobby', 'farewell', '--timeout', '5']);
    expect(gone.code).not.toBe(0);
  });
});
