import { describeServer, startBiboumi, startNgircd, startProsody } from '@natter/e2e';
import type { NgircdServer, ProsodyServer } from '@natter/e2e';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Home, until } from './home.ts';
import type { Line } from './home.ts';
import { passwordOf } from './networks.ts';

const GATEWAY = 'irc.localhost';
const ALICE = 'alice@localhost';

/** The gateway needs both servers beside it: one group for each, so that a missing one is told by its name. */
describeServer('IRC over XMPP', 'biboumi', () => {
  describeServer('with an XMPP server before it', 'prosody', () => {
    describeServer('and an IRC server behind it', 'ngircd', () => {
      const cleaning = new AsyncDisposableStack();
      /** Alice is on XMPP, and Bob on IRC. */
      const [alice, bob] = [new Home('alice'), new Home('bob')];

      beforeAll(async () => {
        for (const home of [alice, bob]) cleaning.use(home);
        const secret = 'secret of the gateway';
        const [prosody, ngircd] = await Promise.all([
          startProsody({
            users: [{ name: 'alice', password: passwordOf('alice') }],
            components: [{ domain: GATEWAY, secret }],
          }),
          startNgircd(),
        ]);
        cleaning.defer(() => prosody.stop());
        cleaning.defer(() => ngircd.stop());
        const { componentPort } = prosody;
        const biboumi = await startBiboumi({
          domain: GATEWAY,
          secret,
          componentPort,
          irc: ngircd,
          users: [ALICE],
        });
        cleaning.defer(() => biboumi.stop());
        await Promise.all([signInToXmpp(prosody), signInToIrc(ngircd)]);
      }, 60_000);
      afterAll(() => cleaning.disposeAsync());

      async function signInToXmpp({ host, port, ca }: ProsodyServer): Promise<void> {
        const authority = join(alice.folder, 'ca.pem');
        writeFileSync(authority, ca.certificate);
        const server = ['--server', `${host}:${port}`, '--ca', authority, '--password-stdin'];
        await alice.natter(['account', 'add', 'xmpp', ALICE, ...server], passwordOf('alice'));
      }
      async function signInToIrc({ port }: NgircdServer): Promise<void> {
        const fast = ['--set', 'floodBurst=1000', '--set', 'floodPerSecond=1000', '--set', 'signIn=none'];
        await bob.natter(['account', 'add', 'irc', `bob@127.0.0.1:${port}`, ...fast]);
      }
      const history = async (home: Home, who: string): Promise<readonly Line[]> => {
        const running = home.start(['history', who]);
        return (await running.ended) === 0 ? running.lines : [];
      };
      const hears = async (home: Home, who: string, text: string): Promise<Line> => {
        await until(`${home.name} hears "${text}"`, async () =>
          (await history(home, who)).some((line) => line['text'] === text),
        );
        return (await history(home, who)).find((line) => line['text'] === text) as Line;
      };

      test('a channel, both ways, shown as IRC', { timeout: 120_000 }, async () => {
        const room = `#hall%irc@${GATEWAY}`;
        await bob.natter(['room', 'join', '#hall']);
        await bob.natter(['room', 'topic', '#hall', 'about', 'everything']);
        await alice.natter(['room', 'join', room]);
        const members = async (home: Home, name: string): Promise<readonly string[]> =>
          (await home.natter(['room', 'members', name]))
            .filter(({ state }) => state === 'joined')
            .map((line) => String(line['name']))
            .toSorted();
        await until('both are in', async () => (await members(alice, room)).length === 2);
        expect(await members(alice, room)).toEqual(['alice', 'bob']);
        await until('the topic', async () => {
          const [topic] = await alice.natter(['room', 'topic', room]);
          return topic?.['topic'] === 'about everything';
        });
        await until('the network', async () => {
          const [row] = await alice.natter(['room', 'list']);
          return (row?.['bridge'] as Line | null | undefined)?.['network'] === 'irc';
        });

        await alice.natter(['send', room, 'hello from XMPP', '--wait', 'sent']);
        expect(await hears(bob, '#hall', 'hello from XMPP')).toMatchObject({ direction: 'in' });
        await bob.start(['send', '#hall', 'hello from IRC']).ended;
        expect(await hears(alice, room, 'hello from IRC')).toMatchObject({
          direction: 'in',
          network: 'xmpp',
        });

        await bob.natter(['room', 'kick', '#hall', 'alice', '--reason', 'off topic']);
        await until(
          'alice is out',
          async () => (await alice.natter(['room', 'list']))[0]?.['state'] === 'left',
        );
      });

      test(
        'a person, both ways, as a contact on the network that they are on',
        { timeout: 120_000 },
        async () => {
          const contact = `bob%irc@${GATEWAY}`;
          await alice.natter(['contact', 'add', contact]);
          await alice.natter(['send', contact, 'psst', '--wait', 'sent']);
          await hears(bob, 'irc/alice', 'psst');
          await bob.start(['send', 'alice', 'what is it?']).ended;
          const answer = await hears(alice, contact, 'what is it?');
          expect(answer).toMatchObject({ direction: 'in', network: 'xmpp', kind: 'direct' });
          await until('the network', async () => {
            const [row] = await alice.natter(['contacts']);
            return JSON.stringify(row).includes('"network":"irc"');
          });
          expect((await history(alice, contact)).map(({ text }) => text)).toEqual(['psst', 'what is it?']);
        },
      );
    });
  });
});
