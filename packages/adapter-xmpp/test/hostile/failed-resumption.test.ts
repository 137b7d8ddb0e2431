import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Op, Outcome } from '@natter/core';
import { createTestCa, type IssuedCertificate } from '@natter/testing/tls';
import { createXmppAdapter } from '../../src/index.ts';
import { Person } from '../support/recording-host.ts';
import { startScriptedServer, type Peer, type ScriptedServer } from '../support/scripted-server.ts';

const SM = 'urn:xmpp:sm:3';
const { signal } = new AbortController();
let certificate: IssuedCertificate;
let server: ScriptedServer;
let person: Person;
let second: (peer: Peer) => Promise<void>;

/** The first connection takes two messages, acknowledges none, and breaks; the second is the test's. */
beforeEach(async () => {
  const ca = await createTestCa();
  certificate = await ca.issue({ hosts: ['localhost'] });
  server = await startScriptedServer(
    async (peer) => {
      await peer.signIn(certificate, true);
      await peer.settle();
      for (let count = 0; count < 2; count += 1) await peer.take('message');
      peer.destroy();
    },
    (peer) => second(peer),
  );
  const config = { server: `127.0.0.1:${server.port}`, ca: ca.certificate };
  person = new Person(createXmppAdapter({ limits: { closeTime: 50 } }), 'me@localhost', 'x', config);
});
afterEach(async () => {
  await person.stop();
  await server.close();
});

async function sendTwo(): Promise<readonly [Op, Op]> {
  await person.online();
  const friend = new Person(createXmppAdapter(), 'friend@localhost', 'x', {});
  const op = (text: string): Op =>
    person.op(friend.key, {
      type: 'send',
      content: { kind: 'text', text },
      replyTo: null,
      thread: null,
      mentions: [],
    });
  const ops = [op('one'), op('two')] as const;
  const outcomes = await Promise.all(ops.map((each) => person.perform(each)));
  expect(outcomes.map(({ result }) => result)).toEqual(['unknown', 'unknown']);
  expect(await person.ended).toMatchObject({ why: 'network' });
  return ops;
}

/** How many stanzas a client had sent in its managed session when its first message was through. */
function countUpToMessage(heard: string): number {
  const managed = heard.slice(heard.indexOf('<enable'));
  const counted = managed.slice(0, managed.indexOf('<message') + '<message'.length);
  return counted.match(/<(?:iq|message|presence)\b/g)?.length ?? 0;
}

/** Takes the resumption and says no; goes on as a new session. */
async function refuse(peer: Peer, failed: string): Promise<void> {
  await peer.authenticate(certificate);
  const resume = await peer.take('resume');
  expect(resume.attrs).toMatchObject({ previd: 'sm1' });
  peer.write(failed);
  await peer.bind('sm2');
  await peer.settle();
}

async function verifyBoth(ops: readonly [Op, Op]): Promise<readonly Outcome['result'][]> {
  await person.online();
  const outcomes = await Promise.all(ops.map((op) => person.session.verify(op, signal)));
  return outcomes.map(({ result }) => result);
}

test('<failed h> tells what had arrived: that is accepted, and only the rest goes out again', async () => {
  second = (peer) =>
    refuse(
      peer,
      `<failed xmlns='${SM}' h='${countUpToMessage(server.peers[0]?.heard ?? '')}'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>`,
    );
  expect(await verifyBoth(await sendTwo())).toEqual(['accepted', 'not-sent']);
});

test('<failed> without a count says nothing, so the archive is asked', async () => {
  second = async (peer) => {
    await refuse(peer, `<failed xmlns='${SM}'/>`);
    for (let query = await peer.next(); query !== null; query = await peer.next()) {
      if (query.name !== 'iq') continue;
      const id = String(query.getChild('query')?.attrs['queryid']);
      const [operation] = [...person.host.memos.keys()];
      peer.write(
        `<message from='me@localhost'><result xmlns='urn:xmpp:mam:2' id='archived' queryid='${id}'><forwarded xmlns='urn:xmpp:forward:0'>` +
          `<message xmlns='jabber:client' from='me@localhost/here' to='friend@localhost' type='chat' id='${operation}'><body>one</body></message></forwarded></result></message>`,
      );
      peer.answer(query, `<fin xmlns='urn:xmpp:mam:2' complete='true'/>`);
    }
  };
  expect(await verifyBoth(await sendTwo())).toEqual(['accepted', 'not-sent']);
});
