import { expect, it } from 'vitest';
import { bridgeFields, networkText } from '../src/output/items/network.ts';

it('who is behind a gateway is on the network that it leads to, and its name cannot write on the terminal', () => {
  expect(networkText('xmpp', null)).toBe('xmpp');
  expect(networkText('xmpp', { network: 'irc', name: 'Biboumi XMPP-IRC gateway' })).toBe('irc over xmpp');
  expect(networkText('xmpp', { network: 'irc\u001b[2J', name: '' })).not.toContain('\u001b');
  expect(bridgeFields(null)).toBeNull();
  expect(bridgeFields({ network: 'irc', name: 'Biboumi' })).toEqual({ network: 'irc', name: 'Biboumi' });
});
