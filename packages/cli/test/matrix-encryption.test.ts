import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeServer, startSynapse, type SynapseServer } from '@natter/e2e';
import { expect, it, onTestFinished } from 'vitest';
import { ended, errorOf, Home, type Line } from './support/cli.ts';
import { until } from './support/network.ts';

describeServer('encrypted conversations from the command line', 'synapse', () => {
  it('two homes verify each other, say things and give files that no server reads, and a third recovers', async () => {
    const server = await startSynapse();
    onTestFinished(() => server.stop());
    const [alice, bob] = [await signedIn(server, 'alice'), await signedIn(server, 'bob')];
    const [alicesAddress, bobsAddress] = [`@alice:${server.serverName}`, `@bob:${server.serverName}`];
    await alice.lines('contact', 'add', bobsAddress);
    await until(async () => (await bob.lines('contacts')).length === 1);
    await bob.lines('contact', 'accept', alicesAddress);
    await until(async () => (await alice.lines('contacts')).length === 1 && (await isFriend(alice)));

    // Each answers as the questions come up.
    const asked = bob.start(['account', 'verify', 'matrix', '--incoming', '--answers-stdin', '--json'], {
      stdin: 'accept\nmatch\n',
    });
    const asking = alice.start(['account', 'verify', 'matrix', bobsAddress, '--answers-stdin', '--json'], {
      stdin: 'match\n',
    });
    const [his, hers] = await Promise.all([ended(asked), ended(asking)]);
    expect([his.code, hers.code]).toEqual([0, 0]);
    expect(emojiOf(hers.stderr)).toEqual(emojiOf(his.stderr));
    expect(emojiOf(hers.stderr)).toHaveLength(7);
    expect(hers.lines).toMatchObject([{ type: 'verified', who: bobsAddress }]);

    const file = join(alice.folder, 'plan.bin');
    writeFileSync(file, Buffer.alloc(300_000, 'secret '));
    expect((await alice.run(['send', bobsAddress, 'for you', '--wait', 'sent'])).code).toBe(0);
    expect((await alice.run(['send', bobsAddress, '--file', file, '--wait', 'sent'])).code).toBe(0);
    await until(async () => (await texts(bob, alicesAddress)).length === 3);
    const messages = await bob.lines('history', alicesAddress);
    const [said, given] = messages.slice(-2);
    expect([said?.['text'], said?.['trust'], given?.['trust']]).toEqual([
      'for you',
      'e2ee-verified',
      'e2ee-verified',
    ]);
    const copy = join(bob.folder, 'copy.bin');
    await bob.lines('file', 'get', String(given?.['id']), '--output', copy);
    expect(Buffer.compare(readFileSync(copy), readFileSync(file))).toBe(0);

    // A recovery key is made, and opens everything on a device that was never seen before.
    const made = await alice.run(['account', 'recover', 'matrix', '--answers-stdin', '--json'], {
      stdin: '\n',
    });
    const key = String(made.lines[0]?.['recoveryKey']);
    expect([made.code, key.split(' ').length]).toEqual([0, 12]);
    const tablet = await signedIn(server, 'alice');
    await until(async () => (await attention(tablet)).includes('verification'));
    const recover = ['account', 'recover', 'matrix', '--answers-stdin', '--json'];
    const wrong = await tablet.run(recover, { stdin: 'not it\n' });
    expect([wrong.code, errorOf(wrong)['code']]).toEqual([4, 'authentication']);
    const right = await tablet.run(recover, { stdin: `not it\n${key}\n` });
    expect([right.code, right.lines]).toMatchObject([0, [{ type: 'recovery', verified: true }]]);
    await until(async () => (await attention(tablet)).length === 0);
    await until(async () => (await texts(tablet, bobsAddress)).includes('for you'));
    // It is searched like what could be read at once.
    expect(await tablet.lines('search', 'you')).toHaveLength(1);
  });
});

async function signedIn(server: SynapseServer, name: string): Promise<Home> {
  const home = new Home();
  const address = `@${name}:${server.serverName}`;
  await server.addUser({ name, password: `password-${name}` }).catch(() => address);
  const add = ['account', 'add', 'matrix', address, '--server', server.url, '--password-stdin'];
  const { code, stderr } = await home.run(add, { stdin: `password-${name}` });
  expect([code, stderr]).toEqual([0, '']);
  return home;
}

async function isFriend(home: Home): Promise<boolean> {
  const [person] = await home.lines('contacts');
  const [contact] = (person?.['contacts'] ?? []) as { subscription: { to: string } }[];
  return contact?.subscription.to === 'granted';
}

async function texts(home: Home, who: string): Promise<unknown[]> {
  return (await home.lines('history', who)).map(({ text }) => text);
}

async function attention(home: Home): Promise<string[]> {
  const [account] = await home.lines('account', 'list');
  return ((account?.['attention'] ?? []) as { about: string }[]).map(({ about }) => about);
}

/** What a person would have compared. */
function emojiOf(stderr: string): unknown {
  const shown = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
    .find(({ what }) => what === 'emoji');
  return (shown?.['data'] as { emoji: unknown } | undefined)?.emoji;
}
