import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { AccountId } from '@natter/core';
import { describe, expect, it } from 'vitest';
import { openLog } from '../src/process/log.ts';
import { openSecrets } from '../src/secrets/open-secrets.ts';
import type { AskPassphrase } from '../src/secrets/passphrase.ts';
import { isText, readRecord } from '../src/secrets/read-record.ts';
import { rememberSecrets } from '../src/secrets/remembered.ts';
import type { SecretsKind } from '../src/settings/settings.ts';
import { temporaryHome } from './home.ts';

const account = 'a1' as AccountId;
const other = 'a2' as AccountId;
const canary = 'canary-4711-secret';
const nobody: AskPassphrase = () => Promise.resolve(null);

describe.each(['plain', 'file'] as const)('secrets in a %s', (secrets: SecretsKind) => {
  const settings = { secrets, passphraseCommand: "printf '%s\\n' 'correct horse'" };

  it('are there again for the next process, and go when they are forgotten', async () => {
    const { paths } = temporaryHome();
    const first = await openSecrets(paths, settings, nobody);
    await first.check();
    await Promise.all([first.set(account, 'password', canary), first.set(other, 'token', 'other')]);
    const second = await openSecrets(paths, settings, nobody);
    expect(await second.get(account, 'password')).toBe(canary);
    await second.removeAll(account);
    const third = await openSecrets(paths, settings, nobody);
    expect(await third.get(account, 'password')).toBeNull();
    expect(await third.get(other, 'token')).toBe('other');
  });

  it('are in a file of mode 0600', async () => {
    const { paths } = temporaryHome();
    await (await openSecrets(paths, settings, nobody)).set(account, 'password', canary);
    const file = secrets === 'plain' ? paths.plainSecretsFile : paths.encryptedSecretsFile;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8').includes(canary)).toBe(secrets === 'plain');
  });
});

/** An encrypted file, as far as tests spoil it. */
interface Sealed {
  readonly kdf: Readonly<Record<string, unknown>>;
  readonly iv: string;
}

describe('the encrypted file', () => {
  const file = (command: string | null) => ({ secrets: 'file' as const, passphraseCommand: command });

  it('opens with its passphrase only', async () => {
    const { paths } = temporaryHome();
    await (await openSecrets(paths, file('echo right'), nobody)).set(account, 'password', canary);
    const wrong = await openSecrets(paths, file('echo wrong'), nobody);
    await expect(wrong.get(account, 'password')).rejects.toMatchObject({ data: { code: 'secret' } });
    await expect(wrong.set(account, 'password', 'x')).rejects.toMatchObject({ data: { code: 'secret' } });
    const right = await openSecrets(paths, file('echo right'), nobody);
    expect(await right.get(account, 'password')).toBe(canary);
  });

  it('asks a person three times, and takes the right answer', async () => {
    const { paths } = temporaryHome();
    await (await openSecrets(paths, file('echo right'), nobody)).set(account, 'password', canary);
    const asked: string[] = [];
    const secrets = await openSecrets(paths, file(null), async (purpose, attempt) => {
      asked.push(`${purpose} ${attempt}`);
      return attempt === 3 ? 'right' : 'wrong';
    });
    expect(await secrets.get(account, 'password')).toBe(canary);
    expect(asked).toEqual(['open 1', 'open 2', 'open 3']);
  });

  it('asks nobody a fourth time, and a command not even a second time', async () => {
    const { home, paths } = temporaryHome();
    await (await openSecrets(paths, file('echo right'), nobody)).set(account, 'password', canary);
    let asked = 0;
    const person = await openSecrets(paths, file(null), async () => {
      asked += 1;
      return 'wrong';
    });
    await expect(person.get(account, 'password')).rejects.toThrow(/does not open/);
    expect(asked).toBe(3);
    const counter = `${home}/count`;
    const command = await openSecrets(paths, file(`echo x >> ${counter}; echo wrong`), nobody);
    await expect(command.get(account, 'password')).rejects.toThrow(/does not open/);
    expect(readFileSync(counter, 'utf8')).toBe('x\n');
  });

  it('says what to set when nobody can be asked', async () => {
    const { paths } = temporaryHome();
    const secrets = await openSecrets(paths, file(null), nobody);
    await expect(secrets.check()).rejects.toThrow(/NATTER_PASSPHRASE_COMMAND/);
  });

  it('notices any changed byte', async () => {
    const { paths } = temporaryHome();
    await (await openSecrets(paths, file('echo right'), nobody)).set(account, 'password', canary);
    const sealed = JSON.parse(readFileSync(paths.encryptedSecretsFile, 'utf8')) as {
      kdf: { salt: string };
    } & Record<string, string>;
    for (const part of ['iv', 'tag', 'data']) {
      const bytes = Buffer.from(sealed[part] ?? '', 'base64');
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      writeFileSync(
        paths.encryptedSecretsFile,
        JSON.stringify({ ...sealed, [part]: bytes.toString('base64') }),
      );
      const secrets = await openSecrets(paths, file('echo right'), nobody);
      await expect(secrets.get(account, 'password')).rejects.toThrow(/does not open/);
    }
  });

  it.each<[string, (sealed: Sealed) => unknown, RegExp]>([
    ['asks for all memory', ({ kdf, ...rest }) => ({ ...rest, kdf: { ...kdf, N: 2 ** 30 } }), /too much/],
    ['asks for days', ({ kdf, ...rest }) => ({ ...rest, kdf: { ...kdf, p: 2 ** 18 } }), /too much/],
    ['asks for less than nothing', ({ kdf, ...rest }) => ({ ...rest, kdf: { ...kdf, r: -8 } }), /too much/],
    ['has a cost that is none', ({ kdf, ...rest }) => ({ ...rest, kdf: { ...kdf, N: 1000 } }), /damaged/],
    ['has a cost in words', ({ kdf, ...rest }) => ({ ...rest, kdf: { ...kdf, N: '131072' } }), /is not an/],
    ['has no nonce', (sealed) => ({ ...sealed, iv: undefined }), /is not an encrypted secrets file/],
    ['has a short nonce', (sealed) => ({ ...sealed, iv: 'AAAA' }), /is not an encrypted secrets file/],
    ['has a short tag', (sealed) => ({ ...sealed, tag: 'AAAA' }), /is not an encrypted secrets file/],
    ['has another cipher', (sealed) => ({ ...sealed, cipher: 'none' }), /is not an encrypted secrets file/],
    ['is of a newer natter', (sealed) => ({ ...sealed, v: 2 }), /newer natter; update/],
    ['holds null', () => null, /is not an encrypted secrets file/],
  ])('that %s is refused with what to do', async (_, change, expected) => {
    const { paths } = temporaryHome();
    await (await openSecrets(paths, file('echo right'), nobody)).set(account, 'password', canary);
    const sealed = JSON.parse(readFileSync(paths.encryptedSecretsFile, 'utf8')) as Sealed;
    writeFileSync(paths.encryptedSecretsFile, JSON.stringify(change(sealed)));
    const secrets = await openSecrets(paths, file('echo right'), nobody);
    await expect(secrets.get(account, 'password')).rejects.toThrow(expected);
    await expect(secrets.get(account, 'password')).rejects.toMatchObject({ data: { code: 'secret' } });
  });
});

describe('the plain file', () => {
  it.each(['', '<html>', 'null', '[]', '{"a1":"x"}', '{"a1":{"password":5}}', '{"a1":null}'])(
    'that holds %j is told as damaged, and left as it is',
    async (content) => {
      const { paths } = temporaryHome();
      const settings = { secrets: 'plain' as const, passphraseCommand: null };
      await (await openSecrets(paths, settings, nobody)).set(account, 'password', canary);
      writeFileSync(paths.plainSecretsFile, content);
      const secrets = await openSecrets(paths, settings, nobody);
      await expect(secrets.get(account, 'password')).rejects.toThrow(/is damaged.*backup/);
      await expect(secrets.set(account, 'password', 'x')).rejects.toMatchObject({ data: { code: 'secret' } });
      expect(readFileSync(paths.plainSecretsFile, 'utf8')).toBe(content);
    },
  );
});

describe('the keyring', () => {
  it.skipIf(process.env['DBUS_SESSION_BUS_ADDRESS'] !== undefined)(
    'that is not there is an error that says exactly what to set, and nothing weaker is used [needs a machine without one]',
    async () => {
      const { paths } = temporaryHome();
      const secrets = await openSecrets(paths, { secrets: 'keyring', passphraseCommand: null }, nobody);
      await expect(secrets.set(account, 'password', canary)).rejects.toThrow(
        /NATTER_SECRETS=file.*NATTER_SECRETS=plain.*secrets = "file".*config\.toml/,
      );
      expect(() => statSync(paths.plainSecretsFile)).toThrow(/ENOENT/);
    },
  );
});

describe('what a keyring keeps', () => {
  it.each(['', '<html>', 'null', '[]', '"x"', '{"password":5}', '{"a":{}}'])(
    'is refused when it is %j',
    (text) => {
      expect(readRecord(text, isText)).toBeNull();
    },
  );

  it('is secrets by their names', () => {
    expect(readRecord('{}', isText)).toEqual({});
    expect(readRecord('{"password":"x","token":""}', isText)).toEqual({ password: 'x', token: '' });
  });
});

describe('a password from a command', () => {
  it('is asked for each time and never kept', async () => {
    const { home, paths } = temporaryHome();
    const counter = `${home}/count`;
    const secrets = await openSecrets(paths, { secrets: 'plain', passphraseCommand: null }, nobody);
    await secrets.set(account, 'password', 'typed before');
    await secrets.set(account, 'password-command', `echo x >> ${counter}; echo ${canary}`);
    await secrets.set(account, 'password', canary);
    expect(await secrets.get(account, 'password')).toBe(canary);
    expect(await secrets.get(account, 'password')).toBe(canary);
    expect(readFileSync(counter, 'utf8')).toBe('x\nx\n');
    const kept = JSON.parse(readFileSync(paths.plainSecretsFile, 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    expect(Object.keys(kept[account] ?? {})).toEqual(['password-command']);
  });

  it('is run for the password alone, and other secrets stay as they are', async () => {
    const { home, paths } = temporaryHome();
    const counter = `${home}/count`;
    const secrets = await openSecrets(paths, { secrets: 'plain', passphraseCommand: null }, nobody);
    await secrets.set(account, 'password', 'typed');
    await secrets.set(account, 'token', 'kept');
    await secrets.set(account, 'password-command', null);
    expect(await secrets.get(account, 'password')).toBe('typed');
    await secrets.set(account, 'password-command', `echo x >> ${counter}; echo ${canary}`);
    expect(await secrets.get(account, 'token')).toBe('kept');
    expect(existsSync(counter)).toBe(false);
    expect(await secrets.get(account, 'password')).toBe(canary);
    // Without the command there is no password any more, and one may be typed again.
    await secrets.set(account, 'password-command', null);
    expect(await secrets.get(account, 'password')).toBeNull();
    await secrets.set(account, 'password', 'typed again');
    expect(await secrets.get(account, 'password')).toBe('typed again');
  });

  it('that fails is told without the command line and without its output', async () => {
    const { paths } = temporaryHome();
    const secrets = await openSecrets(paths, { secrets: 'plain', passphraseCommand: null }, nobody);
    await secrets.set(account, 'password-command', `echo ${canary}; echo ${canary} >&2; exit 3`);
    const error: unknown = await secrets.get(account, 'password').catch((caught: unknown) => caught);
    expect(String(error)).toMatch(/status 3/);
    expect(JSON.stringify(error) + String(error)).not.toContain(canary);
  });
});

describe('the log', () => {
  it('leaves out what is a secret by name or by value, and is 0600', async () => {
    const { paths } = temporaryHome();
    const plain = await openSecrets(paths, { secrets: 'plain', passphraseCommand: null }, nobody);
    const { secrets, isSecret } = rememberSecrets(plain);
    await secrets.set(account, 'password', canary);
    const log = openLog(paths.logFile, 'info', isSecret);
    log('info', 'test', { password: 'short', nested: { text: `said ${canary}` }, text: 'harmless\nline' });
    log('debug', 'unwanted');
    const text = readFileSync(paths.logFile, 'utf8');
    expect(text).not.toContain(canary);
    expect(text).not.toContain('short');
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(text)).toMatchObject({ level: 'info', code: 'test', text: 'harmless\nline' });
    expect(statSync(paths.logFile).mode & 0o777).toBe(0o600);
  });
});
