import { describeServer, startErgo, type ErgoServer } from '@natter/e2e';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Platform, Target } from '../src/wire/channel.ts';
import { WireError } from '../src/wire/error.ts';
import { nodePlatform } from '../src/wire/node/platform.ts';
import { run } from './support/online.ts';
import { offering, ScriptedServer } from './support/scripted-server.ts';

const host = 'irc.natter.test';

/** This machine under a name of the network; writes down where one went, and lets nobody in by TLS when it is told so. */
function named(
  went: string[],
  mayEncrypt = true,
): { platform: Platform; host: string; config: { allowInsecure: true } } {
  const connect: Platform['connect'] = (target: Target, limits, signal) => {
    went.push(`${target.secure ? 'tls' : 'plain'} ${target.host}:${target.port}`);
    if (target.secure && !mayEncrypt)
      return Promise.reject(new WireError('connect-refused', 'nobody listens there'));
    return nodePlatform.connect({ ...target, host: '127.0.0.1' }, limits, signal);
  };
  return { platform: { ...nodePlatform, connect }, host, config: { allowInsecure: true } };
}

describeServer('STS: a server that wants TLS', 'ergo', () => {
  let server: ErgoServer;
  beforeAll(async () => {
    server = await startErgo({ strictTransport: true });
  });
  afterAll(() => server?.stop());

  test('gets it at once, and is never gone to without again', async () => {
    const went: string[] = [];
    const place = named(went);
    const options = { ...place, config: { ...place.config, ca: server.ca.certificate } };
    const config = { ...options.config, server: `irc://${host}:${server.port}` };
    const first = run(server.port, { ...options, config });
    expect(await first.online).toBeNull();
    await first.stop();
    expect(went).toEqual([`plain ${host}:${server.port}`, `tls ${host}:${server.tlsPort}`]);
    expect(first.state['sts']).toMatch(new RegExp(`^${server.tlsPort} \\d+$`));

    went.length = 0;
    const second = run(server.port, { ...options, config, state: first.state });
    expect(await second.online).toBeNull();
    await second.stop();
    expect(went).toEqual([`tls ${host}:${server.tlsPort}`]);

    went.length = 0;
    const blocked = { ...named(went, false), config };
    const third = run(server.port, { ...blocked, state: first.state });
    expect(await third.ended).toMatchObject({ why: 'network', error: { code: 'connection-refused' } });
    expect(went).toEqual([`tls ${host}:${server.tlsPort}`]);
  });
});

describe('STS told by a server in clear', () => {
  let server: ScriptedServer;
  afterEach(() => server.close());

  test('no password goes over the line on which it is told', async () => {
    const went: string[] = [];
    server = await ScriptedServer.start(offering('sts=port=6697,duration=9 sasl=PLAIN'));
    const config = { server: `irc://${host}:${server.port}`, allowInsecure: true, signIn: 'sasl' };
    const options = { ...named(went, false), config, secrets: { password: 'secret' } };
    expect(await run(server.port, options).ended).toMatchObject({ why: 'network' });
    expect(went).toEqual([`plain ${host}:${server.port}`, `tls ${host}:6697`]);
    expect(server.heard.join('\n')).not.toContain('AUTHENTICATE');
    expect(server.heard.join('\n')).not.toContain('CAP END');
  });

  test('a duration that was told in clear keeps nothing, and nonsense is no policy', async () => {
    const went: string[] = [];
    server = await ScriptedServer.start(offering('sts=port=x,duration=99'));
    const config = { server: `irc://${host}:${server.port}`, allowInsecure: true };
    const running = run(server.port, { ...named(went), config });
    expect(await running.online).toBeNull();
    await running.stop();
    expect(running.state['sts']).toBeUndefined();
    expect(went).toEqual([`plain ${host}:${server.port}`]);
  });
});
