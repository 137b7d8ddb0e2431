import { expect, it } from 'vitest';
import { startServer } from './support/server.ts';

it('says over HTTP that it is alive and ready, and nothing else', async () => {
  const server = await startServer();
  const base = server.url.replace('ws', 'http');
  for (const [path, text] of [
    ['/health', 'ok\n'],
    ['/ready', 'ready\n'],
  ] as const) {
    const response = await fetch(`${base}${path}`);
    expect([response.status, await response.text()]).toEqual([200, text]);
    expect((await fetch(`${base}${path}`, { method: 'POST' })).status).toBe(426);
  }
});
