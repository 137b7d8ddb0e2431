import { startErgo, type ErgoServer } from '@natter/e2e';
import type { AdapterSetup } from '@natter/testing/conformance';
import { startFaultProxy, type ConnectionFaults } from '@natter/testing/proxy';
import { createTestCa } from '@natter/testing/tls';
import { accountCapabilities } from '../../src/capabilities.ts';
import { createIrcAdapter } from '../../src/index.ts';
import { WANTED } from '../../src/wire/capability-negotiation.ts';
import { IrcPeer } from './irc-peer.ts';
import { FAST, type ConformanceServers } from './password-setup.ts';

const password = 'correct-horse';

/** What the peer's client can do. */
const PEER_CAPABILITIES = [
  'message-tags',
  'echo-message',
  'server-time',
  'batch',
  'draft/message-redaction',
  'sasl',
];

/** Makes an account with services, as its owner would. */
export async function registerAccount(
  server: { host: string; port: number },
  nick: string,
  alwaysOn = false,
): Promise<void> {
  const capabilities = ['draft/account-registration'];
  const owner = await IrcPeer.start({ ...server, nick, other: nick, capabilities });
  const answer = await owner.ask(`REGISTER * * ${password}`);
  // So that what is said to somebody who is away is kept.
  if (alwaysOn) await owner.ask('NS SET always-on true');
  await owner.close();
  if (!answer.some((line) => line.includes('REGISTER SUCCESS'))) throw new Error(answer.join('\n'));
}

export async function startErgoServers(): Promise<ConformanceServers> {
  const ca = await createTestCa();
  const certificate = await ca.issueFaulty('self-signed', ['localhost', '127.0.0.1']);
  const [server, untrusted] = await Promise.all([startErgo({ ca }), startErgo({ ca, certificate })]);
  let count = 0;
  return {
    setup: (faults = {}) => setup({ server, untrusted, faults, number: (count += 1) }),
    stop: async () => void (await Promise.all([server.stop(), untrusted.stop()])),
  };
}

async function setup(parts: {
  server: ErgoServer;
  untrusted: ErgoServer;
  faults: ConnectionFaults;
  number: number;
}): Promise<AdapterSetup> {
  const { server, untrusted, faults, number } = parts;
  const nick = `me${number}`;
  const other = `Peer${number}`;
  await Promise.all([
    registerAccount(server, nick, true),
    registerAccount(untrusted, nick),
    registerAccount(server, other),
  ]);
  const upstream = { host: server.host, port: server.tlsPort };
  const proxy = await startFaultProxy({ upstream, faults, print: () => {} });
  const peer = await IrcPeer.start({
    host: server.host,
    port: server.port,
    nick: other,
    other: nick,
    password,
    capabilities: PEER_CAPABILITIES,
  });
  const capabilities = accountCapabilities({ enabled: new Set(WANTED), denied: undefined });
  return {
    adapter: { ...createIrcAdapter(), capabilities },
    account: {
      address: `${nick}@127.0.0.1:${proxy.port}`,
      config: { ca: server.ca.certificate, ...FAST },
      answers: { password },
    },
    peer,
    means: {
      cut: () => proxy.cutAll('reset'),
      down: (down) => void (proxy.refusing = down),
      distrust: () => void (proxy.upstream = { host: untrusted.host, port: untrusted.tlsPort }),
    },
    async close() {
      await peer.close();
      await proxy.close();
    },
  };
}
