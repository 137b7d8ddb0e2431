import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { hashedToken, selectHashedToken } from '../src/sasl/hashed-token.ts';
import { saltPassword } from '../src/sasl/salted-password.ts';
import { saslprep } from '../src/sasl/saslprep.ts';
import { Scram } from '../src/sasl/scram.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);
const credentials = { username: 'user', password: () => Promise.resolve('pencil') };

describe('SCRAM', () => {
  test('the salted password is PBKDF2 of the prepared password, within bounds', async () => {
    const salt = Uint8Array.from([1, 2, 3]);
    const expected = pbkdf2Sync('pencil', salt, 4096, 64, 'sha512');
    expect(Buffer.from(await saltPassword('SHA-512', credentials, salt, 4096))).toEqual(expected);
    for (const iterations of [4095, 5_000_001, Number.NaN])
      await expect(saltPassword('SHA-512', credentials, salt, iterations)).rejects.toMatchObject({
        code: 'sasl-server',
      });
    await expect(saltPassword('SHA-512', credentials, new Uint8Array(), 4096)).rejects.toMatchObject({
      code: 'sasl-server',
    });
  });
  test('RFC 5802 section 5', async () => {
    const scram = new Scram('SHA-1', credentials, { flag: 'n' }, null, 'fyko+d2lbbFgONRv9qkxdawL');
    expect(text(await scram.initial())).toBe('n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL');
    const challenge = 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096';
    expect(text(await scram.respond(bytes(challenge)))).toBe(
      'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    );
    await scram.finish(bytes('v=rmF9pqV8S7suAoZWja4dJRkFsKQ='));
  });

  async function afterProof(serverFirst?: (nonce: string) => string): Promise<Scram> {
    const scram = new Scram('SHA-256', credentials, { flag: 'n' }, null, 'rOprNGfwEbeRWgbNEkqO');
    await scram.initial();
    const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    await scram.respond(bytes((serverFirst ?? ((r) => `r=${r},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`))(nonce)));
    return scram;
  }

  test('RFC 7677 section 3', async () => {
    await (await afterProof()).finish(bytes('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='));
  });
  test.each([
    ['wrong', 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ='],
    ['missing', null],
    ['empty', ''],
    ['empty but for its name', 'v='],
    ['cut off', 'v=6rriTRBi23WpRR/wtup+'],
    ['told under another name', 'x=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='],
    ['no base64', 'v=***'],
    ['an error', 'e=other-error'],
  ])('a success whose server signature is %s is a failure', async (_, data) => {
    const scram = await afterProof();
    await expect(scram.finish(data === null ? null : bytes(data))).rejects.toMatchObject({
      code: 'sasl-server',
    });
  });
  test('the signature may come as a challenge, and then too it must be right', async () => {
    const scram = await afterProof();
    expect(await scram.respond(bytes('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='))).toHaveLength(0);
    await scram.finish(null);
    const other = await afterProof();
    await expect(other.respond(bytes('v=rmF9pqV8S7suAoZWja4dJRkFsKQ='))).rejects.toMatchObject({
      code: 'sasl-server',
    });
    await expect(other.finish(null)).rejects.toMatchObject({ code: 'sasl-server' });
  });
  test('a success before any challenge is a failure', async () => {
    const scram = new Scram('SHA-256', credentials, { flag: 'n' }, null, 'nonce');
    await scram.initial();
    await expect(scram.finish(bytes('v=AAAA'))).rejects.toMatchObject({ code: 'sasl-server' });
  });
  test.each([
    ['a foreign nonce', () => 'r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
    ['a foreign nonce of some length', () => `r=${'x'.repeat(60)},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
    ['a nonce under another name', (r: string) => `x=${r},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
    ['no nonce of its own', () => 'r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
    ['a bad salt', (r: string) => `r=${r},s=*,i=4096`],
    ['an empty salt', (r: string) => `r=${r},s=,i=4096`],
    ['a salt under another name', (r: string) => `r=${r},x=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
    ['no salt', (r: string) => `r=${r}`],
    ['no iterations', (r: string) => `r=${r},s=W22ZaJ0SNY7soEsUEjb6gQ==`],
    ['iterations in words', (r: string) => `r=${r},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0x2000`],
    ['iterations under another name', (r: string) => `r=${r},s=W22ZaJ0SNY7soEsUEjb6gQ==,x=4096`],
    ['1 iteration', (r: string) => `r=${r},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1`],
    ['2^31 iterations', (r: string) => `r=${r},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2147483648`],
    ['nothing', () => ''],
  ])('a challenge with %s is refused', async (_, serverFirst) => {
    await expect(afterProof(serverFirst)).rejects.toMatchObject({ code: 'sasl-server' });
  });
  test.each([
    ['is as it came', ['PLAIN', 'SCRAM-SHA-256'], null],
    ['lost a mechanism on the way (XEP-0474)', ['SCRAM-SHA-256'], 'sasl-downgrade'],
  ])('an offer that %s', async (_, mechanisms, code) => {
    // As the server signs it: the mechanisms in order, then the types of binding.
    const told = ['PLAIN', 'SCRAM-SHA-256'].join('\u001e') + '\u001ftls-exporter';
    const hash = createHash('sha256').update(told).digest('base64');
    const offer = { mechanisms, bindingTypes: ['tls-exporter'] };
    const scram = new Scram('SHA-256', credentials, { flag: 'n' }, offer, 'nonce');
    await scram.initial();
    const answer = scram.respond(bytes(`r=nonceX,s=c2FsdA==,i=4096,h=${hash}`));
    await (code === null ? answer : expect(answer).rejects.toMatchObject({ code }));
  });
  test.each([
    ['no types of binding', null, false, null],
    ['types of binding that were not listed here', ['tls-exporter'], false, 'sasl-downgrade'],
    ['no signature, where one is wanted', null, true, 'sasl-downgrade'],
  ])('an offer with %s', async (_, bindingTypes, signatureWanted, code) => {
    const told = ['PLAIN', 'SCRAM-SHA-256'];
    const hash = createHash('sha256').update(told.join('\u001e')).digest('base64');
    const offer = { mechanisms: told, bindingTypes, signatureWanted };
    const scram = new Scram('SHA-256', credentials, { flag: 'y' }, offer, 'nonce');
    expect([scram.name, text(await scram.initial())]).toEqual(['SCRAM-SHA-256', 'y,,n=user,r=nonce']);
    const answer = scram.respond(bytes(`r=nonceX,s=c2FsdA==,i=4096${signatureWanted ? '' : `,h=${hash}`}`));
    await (code === null ? answer : expect(answer).rejects.toMatchObject({ code }));
  });
  test('binds to the channel', async () => {
    const binding = { type: 'tls-exporter', data: bytes('channel') } as const;
    const scram = new Scram('SHA-512', credentials, { flag: 'p', binding }, null, 'nonce');
    expect(scram.name).toBe('SCRAM-SHA-512-PLUS');
    expect(text(await scram.initial())).toBe('p=tls-exporter,,n=user,r=nonce');
    const first = 'r=nonceX,s=c2FsdA==,i=4096';
    const answer = text(await scram.respond(bytes(first)));
    const bound = `c=${Buffer.from('p=tls-exporter,,channel').toString('base64')},r=nonceX`;
    const salted = pbkdf2Sync('pencil', 'salt', 4096, 64, 'sha512');
    const clientKey = createHmac('sha512', salted).update('Client Key').digest();
    const signature = createHmac('sha512', createHash('sha512').update(clientKey).digest())
      .update(`n=user,r=nonce,${first},${bound}`)
      .digest();
    expect(answer).toBe(
      `${bound},p=${Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!)).toString('base64')}`,
    );
  });
});

test.each([
  ['I\u00adX', 'IX'],
  ['user', 'user'],
  ['\u00aa', 'a'],
  ['\u2168', 'IX'],
  ['a\u00a0b', 'a b'],
])('SASLprep of %j (RFC 4013 section 3)', (input, output) => {
  expect(saslprep(input)).toBe(output);
});
test('SASLprep refuses control characters', () => {
  expect(() => saslprep('\u0007')).toThrow('not allow');
});

describe('signing in by a token', () => {
  const binding = { type: 'tls-exporter', data: bytes('channel') } as const;
  const token = { mechanism: 'HT-SHA-256-EXPR', token: 'secret' };
  const sign = (role: string): Buffer => createHmac('sha256', 'secret').update(`${role}channel`).digest();

  test('both sides prove that they know it, bound to the channel', async () => {
    const mechanism = await hashedToken('user', token, ['HT-SHA-256-EXPR'], [binding]);
    expect(await mechanism?.initial()).toEqual(
      new Uint8Array(Buffer.concat([Buffer.from('user\0'), sign('Initiator')])),
    );
    await mechanism?.finish(sign('Responder'));
    await expect(mechanism?.finish(sign('Initiator'))).rejects.toMatchObject({ code: 'sasl-server' });
    await expect(mechanism?.finish(null)).rejects.toMatchObject({ code: 'sasl-server' });
  });
  test('is not tried where the connection or the server has nothing of its kind', async () => {
    expect(await hashedToken('user', token, ['HT-SHA-256-EXPR'], [])).toBeNull();
    expect(await hashedToken('user', token, ['HT-SHA-256-NONE'], [binding])).toBeNull();
  });
  test('is asked for bound as well as both sides can', () => {
    const offered = [
      'HT-SHA-256-NONE',
      'HT-SHA-256-ENDP',
      'HT-SHA-256-UNIQ',
      'HT-SHA-256-EXPR',
      'HT-SHA3-512-NONE',
    ];
    const unique = { type: 'tls-unique', data: bytes('finished') } as const;
    expect(selectHashedToken(offered, [unique])).toBe('HT-SHA-256-UNIQ');
    expect(selectHashedToken(offered, [binding])).toBe('HT-SHA-256-EXPR');
    expect(selectHashedToken(offered, [])).toBe('HT-SHA-256-NONE');
    expect(selectHashedToken(['HT-SHA3-512-NONE'], [])).toBeNull();
  });
});
