import { describe, expect, test } from 'vitest';
import { selectMechanisms } from '../../src/wire/select-mechanism.ts';
import { ISupport } from '../../src/wire/isupport.ts';

function support(...tokens: string[]): ISupport {
  const support = new ISupport();
  support.add(tokens);
  return support;
}

describe('what a server says of itself (005)', () => {
  test('has the defaults of the protocol until it says more, and again when it takes that back', () => {
    const said = support();
    expect([said.isChannel('#a'), said.isChannel('&a'), said.isChannel('!a')]).toEqual([true, true, false]);
    expect(said.prefixes.map(({ mode, sign }) => mode + sign)).toEqual(['o@', 'v+']);
    expect([said.fold('A[]\\~'), said.modesAtOnce, said.targets('JOIN')]).toEqual(['a{}|^', 3, Infinity]);
    said.add([
      'CHANTYPES=!',
      'PREFIX=(qaohv)~&@%+',
      'CASEMAPPING=ascii',
      'MODES=',
      'TARGMAX=JOIN:4,PRIVMSG:3,WHOIS:',
    ]);
    expect([said.isChannel('#a'), said.isChannel('!a')]).toEqual([false, true]);
    expect(said.prefixes.map(({ sign }) => sign).join('')).toBe('~&@%+');
    expect([said.fold('A[]\\~'), said.modesAtOnce]).toEqual(['a[]\\~', 20]);
    expect([said.targets('JOIN'), said.targets('WHOIS'), said.targets('KICK')]).toEqual([4, Infinity, 1]);
    said.add(['-CHANTYPES', '-PREFIX', '-CASEMAPPING', '-MODES', '-TARGMAX', '-NEVERSAID']);
    expect([said.isChannel('#a'), said.isChannel('!a'), said.fold('[')]).toEqual([true, false, '{']);
    expect([said.prefixes.length, said.modesAtOnce, said.targets('JOIN')]).toEqual([2, 3, Infinity]);
  });

  test('a change of the case mapping counts for names that were folded before', () => {
    const said = support('CASEMAPPING=rfc1459');
    expect(said.fold('Nick[]')).toBe('nick{}');
    said.add(['CASEMAPPING=ascii']);
    expect(said.fold('Nick[]')).toBe('nick[]');
    expect(support('CASEMAPPING=rfc1459-strict').fold('~[')).toBe('~{');
    expect(support('CASEMAPPING=rfc7613').fold('Ä[')).toBe('Ä[');
  });

  test.each([
    ['PREFIX=', 0],
    ['PREFIX=(ov', 0],
    ['PREFIX=()', 0],
    ['PREFIX=(ovh)@', 1],
  ])('%s leaves %i membership modes', (token, count) => {
    expect(support(token).prefixes).toHaveLength(count);
  });

  test('kinds of channel modes, and targets with a sign', () => {
    const said = support('CHANMODES=beI,k,l,imnpst', 'PREFIX=(ov)@+', 'STATUSMSG=@+');
    const kinds = Array.from('bkloXi', (mode) => said.modeKind(mode));
    expect(kinds).toEqual(['list', 'always', 'set', 'prefix', 'never', 'never']);
    expect([said.withoutStatus('@#c'), said.withoutStatus('+#c'), said.withoutStatus('@nick')]).toEqual([
      '#c',
      '#c',
      '@nick',
    ]);
    expect(support().withoutStatus('@#c')).toBe('@#c');
  });

  test('values are unescaped, numbers are numbers, and nonsense changes nothing', () => {
    const said = support('NETWORK=Two\\x20Words', 'NICKLEN=x', 'TOPICLEN=307', '=', '', '-');
    expect(said.get('NETWORK')).toBe('Two Words');
    expect([said.number('NICKLEN', 9), said.number('TOPICLEN', 0), said.number('KICKLEN', 5)]).toEqual([
      9, 307, 5,
    ]);
  });
});

describe('the mechanism of a sign-in', () => {
  const offer = { mechanisms: null, pinned: null, only: null, external: false, private: true };

  test('is the strongest of those that are listed', () => {
    const mechanisms = ['PLAIN', 'EXTERNAL', 'SCRAM-SHA-256'];
    expect(selectMechanisms({ ...offer, mechanisms })).toEqual(['SCRAM-SHA-256', 'PLAIN']);
    expect(selectMechanisms({ ...offer, mechanisms, external: true })).toEqual(['EXTERNAL']);
  });

  test('is PLAIN first where none is listed, unless somebody may listen or it was a better one last time', () => {
    expect(selectMechanisms(offer)).toEqual(['PLAIN', 'SCRAM-SHA-512', 'SCRAM-SHA-256']);
    expect(selectMechanisms({ ...offer, private: false })[0]).toBe('SCRAM-SHA-512');
    expect(selectMechanisms({ ...offer, pinned: 'SCRAM-SHA-256' })).toEqual([
      'SCRAM-SHA-512',
      'SCRAM-SHA-256',
    ]);
  });
});
