import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '@natter/core';
import type { Client } from '@natter/core';
import { describeServer } from '@natter/e2e';
import { openJuliet } from '../demo/clients.ts';
import { once } from '../demo/follow.ts';
import { openHome } from '../demo/home.ts';
import type { DemoHome } from '../demo/home.ts';
import { startNative } from '../demo/networks/native.ts';
import { ALICE, JULIET } from '../demo/networks/network.ts';
import type { DemoNetwork } from '../demo/networks/network.ts';
import { startXmpp } from '../demo/networks/xmpp.ts';
import { signIn } from '../demo/sign-in.ts';
import { startProgram } from './program.ts';

describeServer('example programs', 'prosody', () => {
  const cleaning = new AsyncDisposableStack();
  let home: DemoHome;
  let networks: DemoNetwork[];
  let juliet: Client;

  function accountOf(user: string, { network, domain, config }: DemoNetwork): object {
    return { network, address: `${user}@${domain}`, config, secrets: { password: home.password } };
  }

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'natter-examples-'));
    cleaning.defer(() => rmSync(folder, { recursive: true, force: true }));
    home = openHome(folder);
    const xmpp = await startXmpp(home);
    if ('missing' in xmpp) throw new Error(xmpp.missing);
    networks = [await startNative(home), xmpp];
    for (const network of networks) cleaning.defer(() => network.stop());

    const opened = await openJuliet(home);
    cleaning.defer(() => opened.close());
    juliet = createClient(opened.link);
    for (const network of networks) {
      const account = await signIn(juliet.link, network, JULIET, home.password);
      const change = { action: 'add', address: `${ALICE}@${network.domain}` } as const;
      await juliet.call('roster.change', { key: randomUUID(), account, change });
    }
  });
  afterAll(() => cleaning.disposeAsync());

  test('unified-list shows the contacts of both networks', async () => {
    const program = startProgram('unified-list/unified-list.ts', {
      NATTER_DB: join(home.server, '..', 'unified-list.db'),
      ACCOUNTS: JSON.stringify(networks.map((network) => accountOf(JULIET, network))),
    });
    await program.prints(
      /alice@natter\.demo.* \| .*alice@xmpp\.demo|alice@xmpp\.demo.* \| .*alice@natter\.demo/,
    );
    await program.interrupt();
  });

  test.each([0, 1])('echo-bot answers on network %i', async (index) => {
    const network = networks[index];
    if (network === undefined) throw new Error('there is no such network');
    const program = startProgram('echo-bot/echo-bot.ts', {
      NATTER_DB: join(home.server, '..', `echo-bot-${index}.db`),
      ACCOUNT: JSON.stringify(accountOf(ALICE, network)),
    });
    await program.prints(/: online/);
    const answer = once(juliet.link, 'the echo', (item) =>
      item.type === 'message' && item.what === 'new' && item.message.direction === 'in'
        ? item.message
        : undefined,
    );
    const account = (await juliet.call('account.list', {})).find((each) => each.network === network.network);
    if (account === undefined) throw new Error('Juliet has no account there');
    const address = `${ALICE}@${network.domain}`;
    const { id } = await juliet.call('conversation.start', { account: account.id, address });
    await juliet.send({
      to: { conversation: id },
      draft: { content: { kind: 'text', text: 'Who is there?' } },
    });
    expect((await answer).content).toMatchObject({ text: 'Who is there?' });
    expect(await program.interrupt()).toBe(0);
  });
});
