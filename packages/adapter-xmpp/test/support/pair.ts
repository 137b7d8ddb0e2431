import { createTestCa } from '@natter/testing/tls';
import { createXmppAdapter } from '../../src/index.ts';
import type { WireLimits } from '../../src/wire/limits.ts';
import { Person } from './recording-host.ts';
import { startScriptedServer, type Peer } from './scripted-server.ts';

/** A signed-in session and the server's end of its stream, which does what a test says. */
export interface Pair {
  readonly person: Person;
  readonly peer: Peer;
  close(): Promise<void>;
}

const authority = createTestCa();
const certificate = authority.then((ca) => ca.issue({ hosts: ['localhost'] }));

/** What the server is to be like. */
export interface PairOptions {
  /** With stream management. */
  readonly managed?: boolean;
  /** Leaves it to the test to say what services there are, which is asked once a session is usable. */
  readonly services?: 'by hand';
  /** Items of the contact list. */
  readonly roster?: string;
  /** What our server and the account say that they are, such as a personal service (XEP-0163). */
  readonly identities?: string;
  /** Bounds in place of the adapter's own. */
  readonly limits?: Partial<WireLimits>;
}

export async function startPair({
  managed = false,
  roster = '',
  services,
  identities = '',
  limits = {},
}: PairOptions = {}): Promise<Pair> {
  const peer = Promise.withResolvers<Peer>();
  const server = await startScriptedServer(async (each) => {
    each.identities = identities;
    await each.signIn(await certificate, managed);
    await each.settle(roster);
    if (services === undefined)
      each.answer(await each.take('iq'), '<query xmlns="http://jabber.org/protocol/disco#items"/>');
    peer.resolve(each);
  });
  const config = { server: `127.0.0.1:${server.port}`, ca: (await authority).certificate };
  const person = new Person(
    createXmppAdapter({ limits: { closeTime: 50, ...limits } }),
    'me@localhost',
    'x',
    config,
  );
  await person.online();
  return {
    person,
    peer: await peer.promise,
    async close() {
      await person.stop();
      await server.close();
    },
  };
}
