import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '@natter/core';
import { createTestCa, type TestCa } from '@natter/testing/tls';
import { describeServer, startErgo, type ErgoServer } from '@natter/e2e';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Platform, Target } from '../src/wire/channel.ts';
import { WireError } from '../src/wire/error.ts';
import { nodePlatform } from '../src/wire/node/platform.ts';
import { run, type Running } from './support/online.ts';
import { offering, ScriptedServer, type Script } from './support/scripted-server.ts';

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
    expect(first.secrets.get('sts')).toMatch(new RegExp(`^${host} ${server.tlsPort} \\d+$`));

    went.length = 0;
    const kept = Object.fromEntries(first.secrets);
    const second = run(server.port, { ...options, config, secrets: kept });
    expect(await second.online).toBeNull();
    await second.stop();
    expect(went).toEqual([`tls ${host}:${server.tlsPort}`]);

    went.length = 0;
    const blocked = { ...named(went, false), config };
    const third = run(server.port, { ...blocked, secrets: kept });
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
    expect(running.secrets.get('sts')).toBeUndefined();
    expect(went).toEqual([`plain ${host}:${server.port}`]);
  });

  test('not even a server password goes before it is known whether the server wants TLS', async () => {
    const went: string[] = [];
    server = await ScriptedServer.start(
      offering('sts=port=6697', (line, say) => {
        if (line === 'CAP LS 302') say(':s NOTICE * :*** Looking up your hostname');
        return false;
      }),
    );
    const config = { server: `irc://${host}:${server.port}`, allowInsecure: true, signIn: 'server' };
    const options = { ...named(went, false), config, secrets: { password: 'secret' } };
    expect(await run(server.port, options).ended).toMatchObject({ why: 'network' });
    expect(server.heard.join('\n')).not.toMatch(/secret|NICK|USER/);
  });

  test('counts for a server that is named by its address, too', async () => {
    const went: string[] = [];
    server = await ScriptedServer.start(offering('sts=port=6697'));
    const { platform } = named(went, false);
    await run(server.port, { platform, config: { server: `irc://127.0.0.1:${server.port}` } }).ended;
    expect(went).toEqual([`plain 127.0.0.1:${server.port}`, 'tls 127.0.0.1:6697']);
  });
});

describe('STS told over TLS', () => {
  let ca: TestCa;
  let server: ScriptedServer;
  beforeAll(async () => {
    ca = await createTestCa();
  });
  afterEach(() => server.close());

  async function secure(capabilities: string, more?: Script): Promise<{ config: JsonObject }> {
    const certificate = await ca.issue({ hosts: ['localhost', '127.0.0.1'] });
    server = await ScriptedServer.start(offering(capabilities, more), '', certificate);
    const config = { server: `ircs://127.0.0.1:${server.port}`, ca: ca.certificate };
    return { config };
  }
  const policyOf = ({ secrets }: Running): readonly [string, string, number] => {
    const [name = '', port = '', until = '0'] = (secrets.get('sts') ?? '').split(' ');
    return [name, port, Math.round((Number(until) - Date.now()) / 1000)];
  };

  test('is kept at once, whatever comes of the sign-in', async () => {
    const { config } = await secure('sts=duration=500,port=1', (line, say) => {
      if (line !== 'CAP LS 302') return false;
      say(':s CAP * LS :sts=duration=500,port=1');
      say('ERROR :closing link');
      return true;
    });
    const running = run(server.port, { config });
    expect(await running.ended).toMatchObject({ why: 'network' });
    expect(policyOf(running)).toEqual(['127.0.0.1', String(server.port), 500]);
  });

  test('CAP NEW changes it, CAP DEL does not, and its time counts from the end of the connection', async () => {
    const { config } = await secure('sts=duration=500');
    const running = run(server.port, { config });
    expect(await running.online).toBeNull();
    server.push(':s CAP me NEW :sts=duration=900');
    await expect.poll(() => policyOf(running)[2]).toBe(900);
    server.push(':s CAP me DEL :sts');
    await delay(1_100);
    expect(policyOf(running)[2]).toBe(899);
    await running.stop();
    expect(policyOf(running)[2]).toBe(900);
  });

  test('0 takes it back, and it is nothing to another host', async () => {
    const { config } = await secure('sts=duration=0');
    const kept = { sts: `127.0.0.1 ${server.port} ${Date.now() + 60_000}` };
    const running = run(server.port, { config, secrets: kept });
    expect(await running.online).toBeNull();
    expect(running.secrets.get('sts')).toBeUndefined();
    await running.stop();
    const went: string[] = [];
    const plain = { ...named(went, false), config: { server: `irc://${host}:1`, allowInsecure: true } };
    await run(1, { ...plain, secrets: kept }).ended;
    expect(went).toEqual([`plain ${host}:1`]);
  });
});
