import { describe, expect, test } from 'vitest';
import { selectMechanism, type SaslOffer } from '../../src/wire/select-mechanism.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);
const credentials = { username: 'user', password: () => Promise.resolve('pencil') };

describe('the choice of a mechanism', () => {
  const exporter = { type: 'tls-exporter', data: bytes('x') } as const;
  const offer = (parts: Partial<SaslOffer>): SaslOffer => ({
    mechanisms: [],
    bindingTypes: null,
    bindings: [exporter],
    secure: true,
    identified: false,
    pinned: null,
    ...parts,
  });
  const ALL = ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS', 'X-OAUTH2'];

  test.each([
    ['the strongest', { mechanisms: ALL }, 'SCRAM-SHA-256'],
    [
      '-PLUS where the binding type is listed (XEP-0440)',
      { mechanisms: ALL, bindingTypes: ['tls-exporter'] },
      'SCRAM-SHA-256-PLUS',
    ],
    [
      'no -PLUS where another type is listed',
      { mechanisms: ALL, bindingTypes: ['tls-unique'] },
      'SCRAM-SHA-256',
    ],
    ['PLAIN over TLS when there is nothing else', { mechanisms: ['PLAIN'] }, 'PLAIN'],
    ['SCRAM where there is no TLS', { mechanisms: ALL, secure: false, bindings: [] }, 'SCRAM-SHA-256'],
  ])('%s', (_, parts, name) => {
    expect(selectMechanism(offer(parts), credentials).name).toBe(name);
  });
  test('by the certificate that the server has seen of us, and by nothing else then (EXTERNAL)', () => {
    const mechanisms = [...ALL, 'EXTERNAL'];
    expect(selectMechanism(offer({ mechanisms, identified: true }), credentials).name).toBe('EXTERNAL');
    expect(selectMechanism(offer({ mechanisms }), credentials).name).toBe('SCRAM-SHA-256');
  });
  test('never PLAIN without TLS', () => {
    expect(() => selectMechanism(offer({ mechanisms: ['PLAIN'], secure: false }), credentials)).toThrow(
      expect.objectContaining({ code: 'sasl-mechanism' }),
    );
  });
  test('never weaker than last time (XEP-0474)', () => {
    const pinned = 'SCRAM-SHA-256-PLUS';
    expect(() =>
      selectMechanism(offer({ mechanisms: ['PLAIN', 'SCRAM-SHA-256'], pinned }), credentials),
    ).toThrow(expect.objectContaining({ code: 'sasl-downgrade' }));
  });
  test.each([
    ['y: it could bind and was offered nothing', { mechanisms: ['SCRAM-SHA-256'] }, 'y,,'],
    ['n: it was offered -PLUS of another type', { mechanisms: ALL, bindingTypes: ['tls-unique'] }, 'n,,'],
    ['n: it cannot bind', { mechanisms: ['SCRAM-SHA-256'], bindings: [] }, 'n,,'],
  ])('tells the server what it could have done, %s', async (_, parts, header) => {
    expect(text(await selectMechanism(offer(parts), credentials).initial())).toMatch(
      new RegExp(`^${header}`),
    );
  });
  test.each([
    ['a list without the type that everybody has', { bindingTypes: ['tls-unique'] }, 'sasl-downgrade'],
    ['a list with it, of which we have none', { bindingTypes: ['tls-unique', 'tls-server-end-point'] }, null],
    ['no list, as before XEP-0440', { bindingTypes: null }, null],
  ])('a server that binds, offers %s and signs nothing of it', async (_, parts, code) => {
    const mechanism = selectMechanism(offer({ mechanisms: ALL, ...parts }), credentials);
    const [, nonce = ''] = /r=(.*)$/.exec(text(await mechanism.initial())) ?? [];
    const answer = mechanism.respond(bytes(`r=${nonce}X,s=c2FsdA==,i=4096`));
    await (code === null ? answer : expect(answer).rejects.toMatchObject({ code }));
  });
});
