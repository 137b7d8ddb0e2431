import { describeServer, startAnope, startAtheme, type ServicesNetwork } from '@natter/e2e';
import { remoteKey } from '@natter/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { online, patient, peerOn } from '../support/interop.ts';
import type { IrcPeer } from '../support/irc-peer.ts';
import { toldMembers } from '../support/told.ts';

/** The services, and how one gets rid of who sits on one's nick. */
const services = {
  anope: { start: startAnope, recover: 'RECOVER' },
  atheme: { start: startAtheme, recover: 'GHOST' },
};
const PASSWORD = 'pass-of-1-account';
const account = { config: { signIn: 'sasl' }, secrets: { password: PASSWORD } };

/** Says something to NickServ and waits for an answer. */
async function serv(peer: IrcPeer, command: string): Promise<void> {
  const from = peer.lines.length;
  peer.say(`PRIVMSG NickServ :${command}`);
  await peer.until((line) => /^\S* ?:NickServ!\S+ NOTICE /.test(line), from);
}

for (const kind of ['anope', 'atheme'] as const) {
  describeServer('accounts by services', kind, () => {
    let network: ServicesNetwork;
    beforeAll(async () => {
      network = await services[kind].start();
      for (const nick of ['me', 'Friend']) {
        const peer = await peerOn(network.port, nick);
        await serv(peer, `REGISTER ${PASSWORD} someone@natter.test`);
        await peer.close();
      }
    });
    afterAll(() => network?.stop());

    test('a sign-in by SASL, and the account that others see', async () => {
      const running = online(network.port, account);
      expect(await running.online).toBeNull();
      expect(running.secrets.get('mechanism')).toBe('PLAIN');
      const other = await peerOn(network.port, 'Other');
      expect(await other.ask('WHOIS me')).toContainEqual(expect.stringMatching(/ 330 \S+ me me /));
    });

    test('a wrong password, and an account that is not there, stop and wait for the user', async () => {
      for (const nick of ['me', 'nobody']) {
        const wrong = { ...account, nick, secrets: { password: 'another' } };
        expect(await online(network.port, wrong).ended).toMatchObject({
          why: 'needsLogin',
          error: { code: 'authentication', condition: { command: '904' } },
        });
      }
    });

    test('a contact is bound to the account that somebody signs in to, and an impostor is somebody else', async () => {
      const friend = await peerOn(network.port, 'Friend');
      await serv(friend, `IDENTIFY ${PASSWORD}`);
      const running = online(network.port, account);
      expect(await running.online).toBeNull();
      const added = running.perform({
        type: 'roster',
        change: { action: 'add', address: 'Friend' },
      } as never);
      expect(await added).toMatchObject({ result: 'accepted' });
      expect(JSON.parse(running.state['contact:friend'] ?? '{}')).toMatchObject({ account: 'Friend' });
      await friend.ask('PRIVMSG me :it is me');
      await serv(friend, 'LOGOUT');
      await friend.ask('PRIVMSG me :it is somebody');
      const spoken = (): string[] =>
        running.batches
          .flatMap(({ events }) => events)
          .flatMap((event) =>
            event.type === 'timeline'
              ? event.items.map(({ content }) => `${event.conversation} ${content.text}`)
              : [],
          );
      await expect.poll(spoken, patient).toContain('~friend it is somebody');
      expect(spoken()).toContain('friend it is me');
    });

    test('who comes in with our nick in use takes it back when services have freed it', async () => {
      const ghost = await peerOn(network.port, 'me');
      const running = online(network.port, { ...account, config: { ...account.config, join: ['#room'] } });
      expect(await running.online).toBeNull();
      await expect.poll(() => toldMembers(running, '#room').has('me_'), patient).toBe(true);
      const command = `${services[kind].recover} me`;
      const said = running.perform(
        {
          type: 'send',
          content: { kind: 'text', text: command },
          replyTo: null,
          thread: null,
          blobs: [],
        } as never,
        remoteKey('nickserv'),
      );
      expect(await said).toMatchObject({ result: expect.stringMatching(/accepted|unconfirmed/) as string });
      await ghost.until((line) => line.startsWith('ERROR') || / NICK /.test(line), 0, 10_000).catch(() => '');
      await expect.poll(() => [...toldMembers(running, '#room').keys()], { timeout: 30_000 }).toEqual(['me']);
    });

    test('who is renamed by services is that, and says so', async () => {
      const thief = online(network.port, { nick: 'Friend', config: { join: ['#room'] } });
      expect(await thief.online).toBeNull();
      const friend = await peerOn(network.port, 'Owner');
      await serv(friend, `IDENTIFY Friend ${PASSWORD}`);
      await serv(friend, `${services[kind].recover} Friend`);
      // Atheme puts a ghost out, and Anope calls it otherwise.
      if (kind === 'atheme') expect(await thief.ended).toMatchObject({ why: 'network' });
      else
        await expect
          .poll(() => [...toldMembers(thief, '#room').keys()].join(), patient)
          .toMatch(/^guest\d+$/);
    });
  });
}
