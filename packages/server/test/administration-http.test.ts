import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createServer } from '../src/server.ts';
import type { NatterServer } from '../src/server.ts';
import { TestClient, password } from './support/client.ts';
import { startServer, temporaryDirectory } from './support/server.ts';

interface Door {
  readonly server: NatterServer;
  readonly url: string;
  readonly token: string;
  call(method: string, path: string, body?: unknown): Promise<{ status: number; value: unknown }>;
}

async function door(): Promise<Door> {
  const dataDirectory = temporaryDirectory();
  const server = await startServer({ dataDirectory, administration: { port: 0 } });
  const token = readFileSync(join(dataDirectory, 'admin-token'), 'utf8').trim();
  expect(statSync(join(dataDirectory, 'admin-token')).mode & 0o777).toBe(0o600);
  const url = server.administrationUrl ?? '';
  return {
    server,
    url,
    token,
    call: async (method, path, body) => {
      const response = await fetch(`${url}/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, value: text === '' ? null : JSON.parse(text) };
    },
  };
}

describe('the HTTP interface of the administrator', () => {
  it('manages accounts, devices and invitations', async () => {
    const { server, call } = await door();
    expect(await call('POST', '/users', { user: 'alice', password })).toMatchObject({
      status: 200,
      value: { address: 'alice@localhost', devices: 0 },
    });
    const alice = await TestClient.signIn(server.url, 'alice');
    const { value } = await call('GET', '/users/alice/devices');
    const [device] = (value as { devices: { device: string }[] }).devices;
    expect(device?.device).toBe(alice.signedIn?.device);
    expect((await call('DELETE', `/users/alice/devices/${device?.device}`)).status).toBe(204);
    expect((await alice.push('closing')).error.code).toBe('token-invalid');

    const again = await TestClient.signIn(server.url, 'alice');
    expect((await call('POST', '/users/alice/suspend', { reason: 'over', until: 5 })).status).toBe(400);
    expect((await call('POST', '/users/alice/suspend', { reason: 'a while' })).status).toBe(204);
    expect((await again.push('closing')).error).toMatchObject({ code: 'suspended', reason: 'a while' });
    expect((await call('POST', '/users/alice/resume')).status).toBe(204);
    expect((await call('POST', '/users/alice/password', { password: 'new one' })).status).toBe(204);
    expect(await call('GET', '/users')).toMatchObject({
      value: { users: [{ address: 'alice@localhost', devices: 0, standing: { state: 'active' } }] },
    });

    const { value: made } = await call('POST', '/invitations', { lifetime: 60_000 });
    expect(made).toMatchObject({ code: expect.any(String) as unknown });
    const { value: list } = await call('GET', '/invitations');
    const [invitation] = (list as { invitations: { id: string }[] }).invitations;
    expect((await call('DELETE', `/invitations/${invitation?.id}`)).status).toBe(204);
    expect((await call('DELETE', `/invitations/${invitation?.id}`)).status).toBe(404);
    expect((await call('DELETE', '/users/alice')).status).toBe(204);
    expect((await call('GET', '/users/alice')).status).toBe(404);
  });

  it('opens to nobody without the token, and never below another interface than loopback', async () => {
    const { url, token } = await door();
    for (const authorization of [undefined, 'Bearer x', `Basic ${token}`, `Bearer ${token}x`, 'Bearer ']) {
      const headers = authorization === undefined ? {} : { authorization };
      const response = await fetch(`${url}/v1/users`, { headers });
      expect([authorization, response.status]).toEqual([authorization, 401]);
    }
    const started = createServer({
      dataDirectory: temporaryDirectory(),
      port: 0,
      administration: { host: '0.0.0.0', port: 0 },
    });
    await expect(started).rejects.toMatchObject({ code: 'configuration' });
  });

  it('says what is wrong with a request', async () => {
    const { call } = await door();
    const refused: [string, string, unknown, number, string][] = [
      ['POST', '/users', { user: 'bob' }, 400, 'invalid'],
      ['POST', '/users', 'no json', 400, 'malformed'],
      ['POST', '/users', { user: 'B B', password }, 400, 'name-invalid'],
      ['POST', '/users', { user: 'bob', password: '' }, 400, 'password-weak'],
      ['POST', '/users', { padding: 'x'.repeat(70_000) }, 413, 'too-large'],
      ['DELETE', '/users', undefined, 405, 'method'],
      ['DELETE', '/users/nobody', undefined, 404, 'not-found'],
      ['GET', '/nothing', undefined, 404, 'not-found'],
      ['GET', '/users/%ff', undefined, 400, 'malformed'],
    ];
    for (const [method, path, body, status, code] of refused)
      expect([path, await call(method, path, body)]).toMatchObject([
        path,
        { status, value: { error: { code } } },
      ]);
  });

  it('shows metrics and health to everybody who reaches it', async () => {
    const { server, url } = await door();
    const alice = await TestClient.register(server.url, 'alice');
    await alice.request({ type: 'send', clientId: '1', peer: 'alice', body: { text: 'note' } });
    await alice.refusal({ type: 'device-remove', device: 'd9' });
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const line of [
      'natter_connections 1',
      'natter_visitors 0',
      'natter_requests_total{type="send",outcome="done"} 1',
      'natter_requests_total{type="device-remove",outcome="not-found"} 1',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).toMatch(/^natter_commit_seconds_count [1-9]/m);
    expect(text).toMatch(/^process_cpu_seconds_total /m);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
  });
});
