import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeServer, startEjabberd, type EjabberdServer } from '@natter/e2e';
import { createXmppAdapter } from '../src/index.ts';
import { connect } from '../src/wire/connect.ts';
import { DEFAULT_LIMITS } from '../src/wire/limits.ts';
import { secureStream } from '../src/wire/login.ts';
import { nodePlatform } from '../src/wire/node/platform.ts';
import { Person } from './support/recording-host.ts';

const { signal } = new AbortController();

describeServer('a server that wants stronger keys of the password (XEP-0480)', 'ejabberd-sid', () => {
  let server: EjabberdServer;
  beforeAll(async () => {
    server = await startEjabberd({ release: 'sid', passwordHash: 'SHA-1' });
  }, 60_000);
  afterAll(() => server?.stop());

  /** Which upgrades the server still asks this user for. */
  async function wanted(address: string): Promise<readonly string[]> {
    const { stream, result } = await connect(
      {
        platform: nodePlatform,
        domain: 'localhost',
        server: `127.0.0.1:${server.port}`,
        trust: { authorities: server.ca.certificate, pinned: [], client: null },
        limits: DEFAULT_LIMITS,
      },
      (each, inner) => secureStream(each, address, false, inner),
      signal,
    );
    await stream.close();
    return (result.getChild('authentication', 'urn:xmpp:sasl:2')?.getChildren('upgrade') ?? []).map((each) =>
      each.getText(),
    );
  }

  test('gets them at a sign-in that is bound to its connection, and the password still does', async () => {
    const address = await server.addUser({ name: 'me', password: 'pass "w\u00f6rd"' });
    expect(await wanted(address)).toEqual(['UPGR-SCRAM-SHA-256', 'UPGR-SCRAM-SHA-512']);
    const config = { server: `127.0.0.1:${server.port}`, ca: server.ca.certificate };
    const me = await new Person(createXmppAdapter(), address, 'pass "w\u00f6rd"', config).online();
    expect(await wanted(address)).toEqual(['UPGR-SCRAM-SHA-256']);
    await me.stop();
    me.host.secrets.delete('sign-in-token');
    await me.online();
    expect(await wanted(address)).toEqual([]);
    await me.stop();
  });
});
