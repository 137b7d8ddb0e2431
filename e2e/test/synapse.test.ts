import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeServer, startSynapse } from '../servers/index.ts';
import type { SynapseServer } from '../servers/index.ts';

describeServer('a Synapse of our own', 'synapse', () => {
  let server: SynapseServer;
  beforeAll(async () => {
    server = await startSynapse();
  }, 120_000);
  afterAll(() => server?.stop());

  test('signs a registered user in', async () => {
    const address = await server.addUser({ name: 'romeo', password: 'wherefore' });
    const body = {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: 'romeo' },
      password: 'wherefore',
    };
    const answer = await fetch(`${server.url}/_matrix/client/v3/login`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect(await answer.json()).toMatchObject({ user_id: address });
  });
});
