/**
 * A contact list of ten thousand with everybody's presence, from a real Prosody: how long the server takes to send it to a bare
 * socket, and how long natter takes to have it. The contacts are behind a component, so that each of them answers.
 */
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { memoryStore } from '@natter/core';
import { serverAvailability, startProsody, throwAwayFolder, type ProsodyServer } from '@natter/e2e';
import { figure, report, spend } from '../lib/measure.ts';
import { enable, openHub, signIn, until } from './clients.ts';

const ROUNDS = 3;

/** Measures, or says why not. `startContacts` starts the component that the contacts are behind. */
export async function measureRoster(
  contacts: number,
  startContacts: (port: number, domain: string) => Promise<{ kill(): Promise<void> }>,
): Promise<void> {
  const found = serverAvailability('prosody');
  if (!found.available) return report('a contact list of 10,000: not measured', found.reason);
  const folder = throwAwayFolder('bench');
  const server = await startProsody({
    users: [{ name: 'popular', password: 'x' }],
    modules: ['groups'],
    components: [{ domain: 'contacts.test', secret: 'secret' }],
    extra: configuration(folder, contacts),
  });
  const component = await startContacts(server.componentPort, 'contacts.test');
  try {
    await compare(server, contacts);
  } finally {
    await component.kill();
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

async function compare(server: ProsodyServer, contacts: number): Promise<void> {
  const { tlsPort, ca } = server;
  const [bare, ready, complete]: [number[], number[], number[]] = [[], [], []];
  const hub = await openHub(memoryStore());
  const account = await signIn(hub, 'popular@localhost', { port: tlsPort, ca: ca.certificate });
  for (let round = 0; round < ROUNDS; round += 1) {
    await enable(hub, account, false);
    bare.push((await spend(() => readBare(server, contacts))).wall);
    const start = performance.now();
    await enable(hub, account, true);
    await until(() => hub.profile.statuses.get(account)?.roster === 'ready');
    ready.push(performance.now() - start);
    await until(() => presentIn(hub) >= contacts);
    complete.push(performance.now() - start);
  }
  await hub.close();
  const [socket, ours, all] = [bare, ready, complete].map((each) => Math.min(...each)) as [
    number,
    number,
    number,
  ];
  report('a bare socket: sign-in, 10,000 contacts and presences of Prosody', figure(socket, 'ms'));
  report('natter: sign-in, and the contact list is ready', figure(ours, 'ms'));
  report('  held against the socket', figure(ours / socket, 'x'), '<= 2');
  report('natter: and everybody’s presence is there', figure(all, 'ms'));
  report('  held against the socket', figure(all / socket, 'x'), '<= 2');
}

function presentIn(hub: Awaited<ReturnType<typeof openHub>>): number {
  let present = 0;
  for (const [, { availability }] of hub.profile.presences.entries())
    if (availability === 'away') present += 1;
  return present;
}

/** The contacts are a shared group, and their domain is a component. */
function configuration(folder: string, contacts: number): string {
  const groups = join(folder, 'groups.txt');
  const members = Array.from({ length: contacts }, (_, at) => `contact${at}@contacts.test=Contact ${at}`);
  writeFileSync(groups, ['[Everybody]', 'popular@localhost', ...members, ''].join('\n'));
  chmodSync(folder, 0o755);
  return `VirtualHost "localhost" { groups_file = "${groups}" }
`;
}

/** Says what a client says, one thing after the other, and counts what comes. */
function readBare({ tlsPort, ca }: ProsodyServer, contacts: number): Promise<void> {
  const header = `<stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;
  const auth = Buffer.from('\0popular\0x').toString('base64');
  const steps: [awaited: string, said: string][] = [
    ['</stream:features>', `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${auth}</auth>`],
    ['<success', header],
    ['</stream:features>', `<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`],
    [`id='1'`, `<iq type='get' id='2'><query xmlns='jabber:iq:roster'/></iq><presence/>`],
  ];
  return new Promise((resolve, reject) => {
    let [heard, items, presences] = ['', 0, 0];
    const socket = connect(
      { port: tlsPort, host: '127.0.0.1', ca: ca.certificate, servername: 'localhost' },
      () => socket.write(header),
    );
    socket.on('error', reject);
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      heard += chunk;
      const step = steps[0];
      if (step !== undefined && heard.includes(step[0])) {
        steps.shift();
        heard = '';
        socket.write(step[1]);
        return;
      }
      if (step !== undefined) return;
      // What is cut stays for the next chunk.
      const end = heard.lastIndexOf('>') + 1;
      items += heard.slice(0, end).match(/<item /g)?.length ?? 0;
      presences += heard.slice(0, end).match(/<\/presence>/g)?.length ?? 0;
      heard = heard.slice(end);
      if (items < contacts || presences < contacts) return;
      socket.destroy();
      resolve();
    });
  });
}
