import { describe, expect, it } from 'vitest';
import { returnTime } from '../src/lifecycle.ts';
import { TestClient } from './support/client.ts';
import { aliceAndBob, startServer } from './support/server.ts';

describe('a server that is to go', () => {
  it('answers what it was asked, sends everybody elsewhere, and takes nobody new', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    const asked = Array.from({ length: 50 }, (_, index) =>
      alice.request({ type: 'send', clientId: `${index}`, peer: 'bob', body: { text: `${index}` } }),
    );
    await alice.request({ type: 'ping' });
    const drained = server.drain(50);
    const answers = await Promise.allSettled(asked);
    await drained;
    // Taken up before the drain began, so all of them are answered, and none is cut off in the middle.
    expect(answers.map(({ status }) => status)).toEqual(asked.map(() => 'fulfilled'));
    for (const client of [alice, bob]) {
      const { error } = await client.push('closing');
      expect(error).toMatchObject({ code: 'going-away' });
      expect(error.retryAfter).toBeGreaterThanOrEqual(1000);
      expect(await client.closed).toBe(1001);
    }
    await expect(TestClient.connect(server.url)).rejects.toThrow('503');
    const http = server.url.replace('ws', 'http');
    expect((await fetch(`${http}/ready`)).status).toBe(503);
    expect((await fetch(`${http}/health`)).status).toBe(200);
  });

  it('asks clients to come back at different times', () => {
    const times = Array.from({ length: 200 }, () => returnTime(10_000));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(5000);
    expect(Math.max(...Array.from({ length: 200 }, () => returnTime(1_000_000)))).toBeLessThanOrEqual(31_000);
  });
});
