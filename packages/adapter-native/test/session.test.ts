import { describe, expect, test } from 'vitest';
import { scene } from './support/scene.ts';

describe('sign-in of a session', () => {
  test('a rotated token is durable before anything else is asked', async () => {
    let secretAtRoster: string | undefined;
    const { host, run } = await scene({
      roster: () => {
        secretAtRoster = host.secrets.get('token');
        return { version: 0, full: true, contacts: [], removed: [] };
      },
    });
    const setSecret = host.setSecret.bind(host);
    host.setSecret = async (name, value) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await setSecret(name, value);
    };
    const running = await run().caughtUp();
    expect(secretAtRoster).toBe(JSON.stringify(['d1', 'token-2']));
    expect(host.phases).toEqual(['connecting', 'authenticating', 'syncing', 'online']);
    expect(await running.stop()).toEqual({ why: 'stopped' });
  });

  test.each([
    [{ code: 'token-invalid' }, 'needsLogin', 'authentication'],
    [{ code: 'suspended', reason: 'spam' }, 'refused', 'suspended'],
    [{ code: 'too-fast', retryAfter: 5_000 }, 'network', 'rate-limited'],
    [{ code: 'unavailable' }, 'network', 'server'],
  ])('%o ends the run as %s with %s', async (error, why, code) => {
    const { run } = await scene({ resume: () => error });
    expect(await run().ended).toMatchObject({ why, error: { code } });
  });

  test.each([
    ['replaced', 'replaced'],
    ['suspended', 'refused'],
    ['token-invalid', 'needsLogin'],
    ['going-away', 'network'],
  ] as const)('a connection that is closed because of %s ends the run as %s', async (code, why) => {
    const { run, server } = await scene();
    const running = await run().caughtUp();
    server.link.push({ type: 'closing', error: { code, message: 'bye', retryAfter: 700 } });
    expect((await running.ended).why).toBe(why);
  });

  test('without a token there is nothing to connect for', async () => {
    const { host, run, server } = await scene();
    host.secrets.clear();
    expect(await run().ended).toMatchObject({ why: 'needsLogin' });
    expect(server.links).toHaveLength(0);
  });

  test('a password that was left for the first connection is used once and forgotten', async () => {
    const { host, run, server } = await scene();
    host.secrets.clear();
    host.secrets.set('password', 'correct horse');
    const running = await run().caughtUp();
    expect(server.link.received[1]).toMatchObject({ type: 'sign-in', password: 'correct horse' });
    expect([...host.secrets.keys()]).toEqual(['token']);
    await running.stop();
  });
});
