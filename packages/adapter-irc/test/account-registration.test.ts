import { mintId, type Answer, type BaseHost, type Interaction, type Step } from '@natter/core';
import { afterEach, expect, test } from 'vitest';
import { createIrcAdapter } from '../src/index.ts';
import { offering, ScriptedServer, type Script } from './support/scripted-server.ts';

let server: ScriptedServer;
let interaction: Interaction;
afterEach(async () => {
  await interaction.cancel();
  await server.close();
});

const { signal } = new AbortController();
const submit = (values: Record<string, string>): Answer => ({ action: 'submit', values });
const fieldsOf = (step: Step): string[] =>
  step.kind === 'fields' ? step.fields.map(({ name }) => name) : [step.kind];

/** Begins to register `me` on a server with this script. */
async function register(script: Script, config = {}): Promise<Step> {
  server = await ScriptedServer.start(script);
  const host: BaseHost = { secret: async () => null, setSecret: async () => {}, log: () => {} };
  const address = `me@127.0.0.1:${server.port}`;
  interaction = createIrcAdapter().login(
    { purpose: 'register', address, config, account: mintId('account'), deviceId: 'test' },
    host,
  );
  return interaction.next(null, signal);
}

const sasl = (line: string, say: (line: string) => void): boolean => {
  if (line === 'AUTHENTICATE PLAIN') say('AUTHENTICATE +');
  else if (line.startsWith('AUTHENTICATE ')) say(':s 903 me :welcome');
  else return false;
  return true;
};

test('a server that asks for an address and a code gets both, step by step', async () => {
  const capability = 'draft/account-registration=before-connect,email-required sasl=PLAIN';
  const first = await register(
    offering(capability, (line, say) => {
      if (line.startsWith('REGISTER')) say(':s REGISTER VERIFICATION_REQUIRED me :look into your mail');
      else if (line === 'VERIFY me wrong') say(':s FAIL VERIFY INVALID_CODE me :no');
      else if (line === 'VERIFY me 1234') say(':s VERIFY SUCCESS me :done');
      else return sasl(line, say);
      return true;
    }),
  );
  expect(fieldsOf(first)).toEqual(['password']);
  expect(fieldsOf(await interaction.next(submit({ password: 'secret' }), signal))).toEqual(['email']);
  const verify = await interaction.next(submit({ email: 'me@mail.test' }), signal);
  expect(verify).toMatchObject({ kind: 'fields', title: 'look into your mail' });
  const again = await interaction.next(submit({ code: 'wrong' }), signal);
  expect(again).toMatchObject({ kind: 'fields', error: { code: 'authentication' } });
  const done = await interaction.next(submit({ code: '1234' }), signal);
  expect(done).toMatchObject({ kind: 'done', key: 'me', config: { signIn: 'sasl' } });
  expect(server.heard).toContain('REGISTER * me@mail.test secret');
  expect(server.heard).toContain(`AUTHENTICATE ${btoa('me\0me\0secret')}`);
});

test.each([
  ['ACCOUNT_EXISTS', 'conflict'],
  ['WEAK_PASSWORD', 'invalid'],
  ['TEMPORARILY_UNAVAILABLE', 'rate-limited'],
])('FAIL REGISTER %s is told as %s, with what the server said as data', async (reason, code) => {
  await register(
    offering('draft/account-registration', (line, say) => {
      if (line.startsWith('REGISTER')) say(`:s FAIL REGISTER ${reason} me :because`);
      return line.startsWith('REGISTER');
    }),
  );
  const step = await interaction.next(submit({ password: 'secret' }), signal);
  expect(step).toMatchObject({ kind: 'failed', error: { code, condition: { command: 'FAIL' } } });
});

test('where nobody can register, or under another name only, nothing is tried', async () => {
  await register(offering('server-time'));
  const step = await interaction.next(submit({ password: 'secret' }), signal);
  expect(step).toMatchObject({ kind: 'failed', error: { code: 'registration-closed' } });
  await server.close();
  await register(
    offering('draft/account-registration', (line, say) => {
      if (line === 'NICK me') say(':s 433 * me :in use');
      return line === 'NICK me';
    }),
  );
  const taken = await interaction.next(submit({ password: 'secret' }), signal);
  expect(taken).toMatchObject({ kind: 'failed', error: { code: 'conflict' } });
  expect(server.heard.join('\n')).not.toContain('REGISTER');
});

test.each([
  ['password', { password: 'a\r\nQUIT', email: 'a@b' }, 'REGISTER'],
  ['address', { password: 'x', email: 'a\nQUIT' }, 'REGISTER'],
  ['address with a space', { password: 'x', email: 'a QUIT' }, 'REGISTER'],
  ['code', { password: 'x', email: 'a@b', code: 'a\nQUIT' }, 'VERIFY'],
])('class 18: a poisoned %s is refused, and the server sees nothing of it', async (_, values, command) => {
  await register(
    offering('draft/account-registration=email-required', (line, say) => {
      if (line.startsWith('REGISTER')) say(':s REGISTER VERIFICATION_REQUIRED me :look');
      return line.startsWith('REGISTER');
    }),
  );
  let step: Step = { kind: 'wait' };
  for (const [name, value] of Object.entries(values))
    step = await interaction.next(submit({ [name]: value }), signal);
  expect(step).toMatchObject({ kind: 'failed', error: { code: 'invalid' } });
  expect(server.heard.filter((line) => line === 'QUIT' || line.startsWith(command))).toEqual([]);
});
