import { describe, expect, it } from 'vitest';
import { structuredLog } from '../src/structured-log.ts';
import { TestClient, password } from './support/client.ts';
import { startServer } from './support/server.ts';

describe('the log of a server', () => {
  it('tells of a whole session without a secret and without what was said', async () => {
    const lines: string[] = [];
    const log = structuredLog({ level: 'debug', format: 'json' }, (line) => lines.push(line));
    const server = await startServer({ log, registration: 'invite' });
    await server.administration.addUser('alice', password);
    const { code } = await server.administration.invite();
    const bob = await TestClient.connect(server.url);
    const signedIn = await bob.request({ type: 'register', user: 'bob', password: 'hunter22', invite: code });
    const alice = await TestClient.signIn(server.url, 'alice');
    await alice.request({ type: 'send', clientId: '1', peer: 'bob', body: { text: 'our secret place' } });
    await alice.refusal({ type: 'send', clientId: '1', peer: 'bob', body: { text: 'another secret' } });
    const { token } = await alice.request({
      type: 'file-create',
      clientId: 'f',
      name: 'plan.txt',
      mediaType: 'text/plain',
      size: 6,
    });
    const path = server.url.replace('ws', 'http');
    await fetch(`${path}/files/f1`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}` },
      body: 'hidden',
    });
    const stranger = await TestClient.connect(server.url);
    await stranger.refusal({ type: 'sign-in', address: 'alice', password: 'guessed wrong' });
    stranger.sendText('{"type":"sign-in","password":"in a broken frame"');
    await stranger.refusal({
      type: 'resume',
      address: 'bob',
      device: signedIn.device,
      token: 'x'.repeat(43),
    });
    await alice.request({ type: 'change-password', oldPassword: password, newPassword: 'brand new one' });
    await alice.request({ type: 'account-delete', password: 'brand new one' });
    await alice.closed;
    await server.close();

    const text = lines.join('');
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(
      expect.arrayContaining(['listening', 'signed-in', 'sign-in-failed', 'account-removed']),
    );
    const said = [password, 'hunter22', code, signedIn.token, 'secret', 'hidden', 'plan.txt', token];
    for (const secret of [...said, 'guessed wrong', 'broken frame', 'brand new one', 'x'.repeat(43)])
      expect(text).not.toContain(secret);
  });

  it('hides what a careless line would tell', () => {
    const lines: string[] = [];
    const log = structuredLog({ level: 'info', format: 'json' }, (line) => lines.push(line));
    log({ level: 'info', event: 'careless', password: 'p1', frame: { token: 't1', body: { text: 'b1' } } });
    log({ level: 'debug', event: 'too-much' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/p1|t1|b1/);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', event: 'careless' });
  });

  it('steers no terminal', () => {
    const text = 'a\u001b[31m\nb\u009b2J\u202e';
    for (const format of ['json', 'text'] as const) {
      const lines: string[] = [];
      structuredLog({ level: 'info', format }, (line) => lines.push(line))({
        level: 'warn',
        event: 'odd',
        reason: text,
      });
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/^[^\p{Cc}\p{Cf}]*\n$/u);
    }
  });
});
