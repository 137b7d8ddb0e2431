import { expect, test } from 'vitest';
import { describeServer } from '../../servers/index.ts';

describeServer('a group', 'prosody', () => {
  test('runs only with a server', () => expect(process.env['NATTER_WITHOUT_SERVERS']).toBeUndefined());
});
