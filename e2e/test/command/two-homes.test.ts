import { describeServer } from '@natter/e2e';
import { checkHistory, formatVerdict } from '@natter/testing/checker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Home, until } from './home.ts';
import type { Line } from './home.ts';
import { passwordOf, startNative, startXmpp } from './networks.ts';
import type { Network } from './networks.ts';
import { Talk } from './talk.ts';

describeServer('two homes on two networks, by the command alone', 'prosody', () => {
  const cleaning = new AsyncDisposableStack();
  const homes = [new Home('alice'), new Home('bob')] as const;
  const [alice, bob] = homes;
  let networks: readonly Network[];

  beforeAll(async () => {
    for (const home of homes) cleaning.use(home);
    const users = homes.map(({ name }) => name);
    networks = await Promise.all([startNative(users, cleaning), startXmpp(users, cleaning)]);
  });
  afterAll(() => cleaning.disposeAsync());

  /** The contacts of all rows. */
  const contactsOf = async (home: Home): Promise<readonly Line[]> =>
    (await home.natter(['contacts'])).flatMap((person) => person['contacts'] as Line[]);

  async function signIn(home: Home): Promise<void> {
    for (const { name, domain, options } of networks) {
      const account = ['account', 'add', name, `${home.name}@${domain}`, ...options, '--password-stdin'];
      expect(await home.natter(account, passwordOf(home.name))).toMatchObject([{ state: 'online' }]);
    }
  }

  async function linkTo(home: Home, other: Home): Promise<void> {
    await until(`${home.name} sees ${other.name} on both networks`, async () => {
      const presences = (await contactsOf(home)).map(({ presence }) => (presence as Line)['availability']);
      return presences.length === 2 && presences.every((availability) => availability === 'available');
    });
    await home.natter(['person', 'link', ...networks.map(({ domain }) => `${other.name}@${domain}`)]);
    const people = await home.natter(['contacts']);
    expect(people).toHaveLength(1);
    const contacts = people.flatMap((person) => person['contacts'] as Line[]);
    expect(
      contacts.map(({ network, address }) => `${String(network)} ${String(address)}`).toSorted(),
    ).toEqual(networks.map(({ name, domain }) => `${name} ${other.name}@${domain}`).toSorted());
  }

  test(
    'one person has two contacts, and each message is kept and shown once, whoever is away',
    { timeout: 240_000 },
    async () => {
      await Promise.all(homes.map(signIn));
      for (const { name, domain } of networks) {
        await alice.natter(['contact', 'add', `bob@${domain}`, '--account', name]);
        await until(`bob is asked on ${name}`, async () =>
          (await contactsOf(bob)).some(({ network }) => network === name),
        );
        await bob.natter(['contact', 'accept', `alice@${domain}`, '--account', name]);
      }
      await linkTo(alice, bob);
      await linkTo(bob, alice);

      const talk = new Talk(networks);
      for (const home of homes) talk.watch(home);
      await Promise.all([
        talk.say(alice, bob).then(() => talk.say(alice, bob)),
        talk.say(bob, alice).then(() => talk.say(bob, alice)),
      ]);
      for (const home of homes) await talk.shown(home);
      for (const [stays, leaves] of [
        [alice, bob],
        [bob, alice],
      ] as const) {
        expect(await talk.endWatch(leaves)).toBe(130);
        await leaves.leave();
        await talk.say(stays, leaves);
        await talk.say(stays, leaves);
        talk.watch(leaves);
        await talk.shown(leaves);
        await talk.say(leaves, stays);
        for (const home of homes) await talk.shown(home);
      }

      const { said } = talk;
      const verdict = checkHistory(await talk.history(homes));
      expect(formatVerdict(verdict)).toMatch(
        new RegExp(`^${said} sent, ${said} acknowledged, ${2 * said} rows read: every promise kept$`),
      );
      for (const home of homes) {
        expect(talk.seen(home)).toHaveLength(said);
        // Read again from the start, the log tells the same.
        const again = await home.natter(['watch', '--type', 'message', '--after', 'start', '--timeout', '3']);
        expect(again.map(({ text }) => text)).toEqual(talk.seen(home).map(({ text }) => text));
      }
    },
  );
});
