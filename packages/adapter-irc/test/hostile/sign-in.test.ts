import { afterEach, describe, expect, test } from 'vitest';
import { run } from '../support/online.ts';
import { offering, ScriptedServer } from '../support/scripted-server.ts';

let server: ScriptedServer;
afterEach(() => server.close());

/** What the client said in AUTHENTICATE after the name of the mechanism. */
function answers(): readonly string[] {
  return server.heard
    .filter((line) => line.startsWith('AUTHENTICATE'))
    .slice(1)
    .map((line) => line.replace(/^AUTHENTICATE :?/, ''));
}

const password = 'sesame';

describe('SASL as sasl 3.1 and 3.2 say it', () => {
  /** A server that takes whatever PLAIN says as soon as it is complete. */
  async function plainSaidTo(secret: string): Promise<readonly string[]> {
    server = await ScriptedServer.start(
      offering('sasl', (line, say) => {
        if (line === 'AUTHENTICATE PLAIN') say('AUTHENTICATE +');
        else if (line.startsWith('AUTHENTICATE') && line.length < 'AUTHENTICATE '.length + 400)
          say(':s 903 * :SASL authentication successful');
        else return false;
        return true;
      }),
    );
    const running = run(server.port, {
      config: { username: 'foo' },
      secrets: { password: secret },
    });
    expect(await running.online).toBeNull();
    await running.stop();
    return answers();
  }

  test('PLAIN names the account twice', async () => {
    expect(await plainSaidTo(password)).toEqual([btoa(`foo\0foo\0${password}`)]);
  });

  test.each([
    ['not a multiple of 400', 'barbaz'.repeat(100)],
    ['not a multiple of 400, in UTF-8', 'éèà'.repeat(100)],
    ['a multiple of 400', 'quux'.repeat(148)],
    ['a multiple of 400, in UTF-8', 'éè'.repeat(148)],
  ])('a long answer goes in pieces: %s', async (_, secret) => {
    const whole = Buffer.from(`foo\0foo\0${secret}`).toString('base64');
    const pieces = whole.match(/.{1,400}/g) ?? [];
    const said = await plainSaidTo(secret);
    expect(said).toEqual(whole.length % 400 === 0 ? [...pieces, '+'] : pieces);
  });

  test.each(['', 'AAAA', 'dj1ubU1mM1FIV2NKUWk5cE1ndHFLU0tQclZueUk2c3FOTzZJN3BFLzBveUdjPQ=='])(
    'SCRAM is broken off where the server does not prove that it knows the password (%s)',
    async (proof) => {
      server = await ScriptedServer.start(
        offering('sasl=SCRAM-SHA-256', (line, say) => {
          const [command, text = ''] = line.split(' ');
          if (command !== 'AUTHENTICATE') return false;
          if (text === '*') return true;
          if (text === 'SCRAM-SHA-256') say('AUTHENTICATE +');
          else if (atob(text).startsWith('n,,')) {
            const nonce = /r=(.*)$/.exec(atob(text))?.[1] ?? '';
            say(`AUTHENTICATE :${btoa(`r=${nonce}server,s=${btoa('saltsalt')},i=4096`)}`);
          } else say(`AUTHENTICATE :${proof}`);
          return true;
        }),
      );
      const ended = await run(server.port, { secrets: { password } }).ended;
      expect(ended).toMatchObject({ why: 'needsLogin', error: { code: 'authentication' } });
      await expect.poll(() => answers().at(-1)).toBe('*');
      expect(server.heard.join('\n')).not.toContain('CAP END');
    },
  );

  test('a challenge that is no base64 is broken off', async () => {
    server = await ScriptedServer.start(
      offering('sasl=PLAIN', (line, say) => {
        if (!line.startsWith('AUTHENTICATE')) return false;
        say('AUTHENTICATE ?!');
        return true;
      }),
    );
    await run(server.port, { secrets: { password } }).ended;
    await expect.poll(() => answers().at(-1)).toBe('*');
  });

  test.each(['PLAIN', 'SCRAM-SHA-256'])('a success that nobody asked for is none (%s)', async (mechanism) => {
    server = await ScriptedServer.start(
      offering(`sasl=${mechanism}`, (line, say) => {
        if (!line.startsWith('AUTHENTICATE')) return false;
        say(':s 903 * :SASL authentication successful');
        return true;
      }),
    );
    const ended = await run(server.port, { secrets: { password } }).ended;
    expect(ended).toMatchObject({ why: 'needsLogin', error: { code: 'authentication' } });
    expect(server.heard.join('\n')).not.toContain('CAP END');
  });

  test('a challenge without an end is broken off', async () => {
    server = await ScriptedServer.start(
      offering('sasl=SCRAM-SHA-256', (line, say) => {
        if (!line.startsWith('AUTHENTICATE')) return false;
        // Each full piece says that more follows.
        for (let piece = 0; piece < 1000; piece += 1) say(`AUTHENTICATE ${'A'.repeat(400)}`);
        return true;
      }),
    );
    await run(server.port, { secrets: { password } }).ended;
    await expect.poll(() => answers().at(-1)).toBe('*');
  });

  test('the mechanism that the user wants is the only one that is tried', async () => {
    server = await ScriptedServer.start(
      offering('sasl=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512', (line, say) => {
        if (!line.startsWith('AUTHENTICATE')) return false;
        say(':s 904 * :SASL authentication failed');
        return true;
      }),
    );
    const ended = await run(server.port, { config: { mechanism: 'SCRAM-SHA-256' }, secrets: { password } })
      .ended;
    expect(ended).toMatchObject({ why: 'needsLogin' });
    expect(server.heard.filter((line) => line.startsWith('AUTHENTICATE'))).toEqual([
      'AUTHENTICATE SCRAM-SHA-256',
    ]);
  });
});

test('an empty list of capabilities ends the negotiation', async () => {
  server = await ScriptedServer.start(offering(''));
  const running = run(server.port);
  expect(await running.online).toBeNull();
  await running.stop();
  expect(server.heard[0]).toBe('CAP LS 302');
  expect(server.heard).toContain('CAP END');
});
