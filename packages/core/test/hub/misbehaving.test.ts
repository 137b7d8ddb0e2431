import { describe, expect, it } from 'vitest';
import { createClient, createHub, directLink, memoryBlobs, memorySecrets, memoryStore } from '@natter/core';
import type { Adapter, BlobId, Outcome, Session, Transfer } from '@natter/core';
import { backoffDelay } from '../../src/hub/backoff.ts';
import { Bench, Script, key, message, timeline } from './support/scripted.ts';

const never = (): Promise<never> => new Promise(() => undefined);

/** The scripts' adapters, the first one's sessions with other answers than it should give. */
function adapters(scripts: readonly Script[], wrong: Partial<Session>): readonly Adapter[] {
  return scripts.map((script, index) => {
    const adapter = script.adapter();
    if (index > 0) return adapter;
    return { ...adapter, open: (spec, host) => ({ ...adapter.open(spec, host), ...wrong }) };
  });
}

async function opened(wrong: Partial<Session>) {
  const scripts = [new Script('bad'), new Script('good')] as const;
  const bench = await Bench.open(scripts, { adapters: adapters(scripts, wrong), patience: 20 });
  return { bench, scripts, bad: bench.accounts[0]!, good: bench.accounts[1]! };
}

async function send(bench: Bench, text: string) {
  const conversation = await bench.conversation();
  return bench.call('message.send', {
    key: text,
    to: { conversation: conversation.id },
    draft: { content: { kind: 'text', text } },
  });
}

describe('a session that hangs', () => {
  it('in run keeps its account from neither stopping, nor going, nor the hub from closing', async () => {
    const hanging = new Map<string, (ended: never) => void>();
    const script = new Script('bad');
    script.goesOnline = false;
    const bench = await Bench.open([script], {
      adapters: adapters([script], { run: () => new Promise((resolve) => hanging.set('run', resolve)) }),
      patience: 20,
    });
    await bench.call('account.enable', { account: bench.accounts[0]!, enabled: false });
    await bench.call('account.enable', { account: bench.accounts[0]!, enabled: true });
    await bench.call('account.remove', { account: bench.accounts[0]!, remote: true });
    expect(await bench.call('account.list', {})).toEqual([]);
    await bench.hub.close();
  });

  it('in perform leaves the operation in doubt, and the account goes on', async () => {
    let first = true;
    const { bench, scripts, bad } = await opened({
      perform: async () => {
        if (!first) return { result: 'accepted', refs: [key('s1')] };
        first = false;
        return never();
      },
    });
    scripts[0].verify = async () => ({ result: 'accepted', refs: [key('s1')] });
    await scripts[0].commit({ events: [timeline(message('hello'))] });
    const { message: id } = await send(bench, 'hi');
    await bench.until(() => !first);
    scripts[0].end({ why: 'stopped' });
    await bench.until(async () => (await bench.call('message.get', { message: id })).delivery === 'sent');
    expect(scripts[0].verified).toHaveLength(1);
    await bench.call('account.remove', { account: bad });
    await bench.hub.close();
  });

  it('or fails in wipe does not keep its account from going', async () => {
    for (const wipe of [never, () => Promise.reject(new Error('no'))]) {
      const { bench, bad, good } = await opened({ wipe });
      const signal = AbortSignal.timeout(20);
      await bench.hub.handlers.methods['account.remove']({ account: bad }, signal);
      expect((await bench.call('account.list', {})).map(({ id }) => id)).toEqual([good]);
      await bench.hub.close();
    }
  });

  it('in catch-up or history keeps the hub from closing no longer than its patience', async () => {
    const script = new Script('bad', { catchUp: 'account' });
    script.goesOnline = true;
    script.catchUp = never;
    const hub = await createHub({
      store: memoryStore(),
      secrets: memorySecrets(),
      blobs: memoryBlobs(),
      adapters: [script.adapter()],
      patience: 20,
    });
    await hub.handlers.methods['account.add'](
      { network: 'bad', address: 'me', config: {} },
      AbortSignal.timeout(1000),
    );
    await hub.connect();
    await hub.close();
    expect(script.runs).toHaveLength(1);
  });
});

describe('a session that answers nonsense', () => {
  it('as the end of its run is tried again like a bad network', async () => {
    const script = new Script('bad');
    let runs = 0;
    const wrong = {
      run: async () => {
        runs += 1;
        return runs < 4 ? ([undefined, null, { why: 'because' }][runs - 1] as never) : never();
      },
    };
    script.goesOnline = false;
    const bench = await Bench.open([script], { adapters: adapters([script], wrong), patience: 20 });
    await bench.until(() => runs === 4);
    await bench.hub.close();
  });

  it.each([
    ['nothing', () => Promise.resolve(undefined as never)],
    ['a rejection', () => Promise.reject(new Error('bytes have left, perhaps'))],
    ['keys that are none', () => Promise.resolve({ result: 'accepted', refs: [{}] } as unknown as Outcome)],
    [
      'an exception',
      () => {
        throw new Error('at once');
      },
    ],
  ] as const)(
    'to perform (%s) leaves in doubt what became of it: nothing is sent twice',
    async (_, perform) => {
      const { bench, scripts } = await opened({ perform });
      scripts[0].verify = async () => ({ result: 'accepted', refs: [key('s1')] });
      await scripts[0].commit({ events: [timeline(message('hello'))] });
      const { message: id } = await send(bench, 'hi');
      await bench.until(async () => (await bench.call('message.get', { message: id })).delivery === 'sent');
      expect(scripts[0].verified).toHaveLength(1);
      await bench.hub.close();
    },
  );

  it('in hints harms nobody', async () => {
    const { bench, scripts, good } = await opened({});
    await scripts[0].commit({ events: [timeline(message('hello'))] });
    const typing = { type: 'typing', conversation: key('bob'), active: true, name: null } as const;
    scripts[0].host?.hint([
      { type: 'presence', key: key('bob'), resource: 'r' } as never,
      { type: 'presence', key: key('bob'), resource: 'r', presence: 5 } as never,
      ...Array.from({ length: 3000 }, (_, index) => ({
        ...typing,
        key: key(`typist ${index}`),
        expiresAt: index % 2 === 0 ? Number.NaN : Infinity,
      })),
      ...Array.from({ length: 500 }, (_, index) => ({
        type: 'progress' as const,
        blob: `b${index}` as never,
        transferred: index,
        total: null,
      })),
    ]);
    await scripts[1].commit({ events: [timeline(message('fine'))] });
    scripts[1].host?.hint([{ ...typing, key: key('bob'), expiresAt: Date.now() + 5000 }]);
    await bench.until(() => [...bench.hub.profile.typists.entries()].some(([, row]) => row.account === good));
    const rows = [...bench.hub.profile.typists.entries()];
    expect(rows.length).toBeLessThan(1100);
    expect(rows.every(([, { expiresAt }]) => expiresAt < Date.now() + 200_000)).toBe(true);
    const transfers: Transfer[][] = [];
    const client = createClient(directLink(bench.hub.handlers));
    client.account(good).transfers$.subscribe((all) => transfers.push([...all]));
    const progress = (blob: string, transferred: number) =>
      ({ type: 'progress', blob: blob as BlobId, transferred, total: null }) as const;
    scripts[1].host?.hint([progress('mine', 1)]);
    await bench.until(() => transfers.at(-1)?.[0]?.transferred === 1);
    scripts[0].host?.hint([progress('mine', 99), progress('other', 2)]);
    scripts[1].host?.hint([progress('mine', 3)]);
    await bench.until(() => transfers.at(-1)?.[0]?.transferred === 3);
    expect(transfers.flat().map(({ blob, transferred }) => [blob, transferred])).not.toContainEqual([
      'mine',
      99,
    ]);
    expect(transfers.at(-1)).toHaveLength(1);
    await bench.hub.close();
  });
});

describe('an adapter', () => {
  it('that cannot open its account keeps no other from starting', async () => {
    const scripts = [new Script('bad'), new Script('good')] as const;
    scripts[0].goesOnline = false;
    const [bad, good] = scripts.map((script) => script.adapter());
    const broken: Adapter = {
      ...bad!,
      open: () => {
        throw new Error('broken');
      },
    };
    const bench = await Bench.open(scripts, { adapters: [broken, good!] });
    expect((await bench.call('account.list', {}))[1]?.state.phase).toBe('online');
    await bench.hub.close();
  });

  it('whose session throws when it is told something does not keep the others from hearing it', async () => {
    const heard: string[] = [];
    const scripts = [new Script('bad'), new Script('good')] as const;
    const [bad, good] = scripts.map((script) => script.adapter());
    const told = (adapter: Adapter, signal: Session['signal']): Adapter => ({
      ...adapter,
      open: (spec, host) => ({ ...adapter.open(spec, host), signal }),
    });
    const bench = await Bench.open(scripts, {
      adapters: [
        told(bad!, () => {
          throw new Error('deaf');
        }),
        told(good!, ({ type }) => heard.push(type)),
      ],
    });
    await bench.call('account.presence', { presence: { availability: 'away', text: null } });
    expect(heard).toEqual(['presence']);
    await bench.hub.close();
  });

  it('that asks and asks leaves room for the questions of others', async () => {
    const { bench, scripts } = await opened({});
    const question = { next: async () => ({ kind: 'wait' }) as const, cancel: never };
    const refused = Array.from({ length: 200 }, () =>
      scripts[0].host!.ask('verify', question).then(
        () => 'over',
        () => 'refused',
      ),
    );
    const step = await bench.call('account.add', { network: 'good', address: 'other', config: {} });
    expect(step.step.kind).toBe('done');
    await bench.hub.close();
    expect((await Promise.all(refused)).filter((end) => end === 'refused').length).toBeGreaterThan(180);
  });

  it('is given no timer that fires at once because the server asks for too long a wait', () => {
    const policy = { base: 1000, cap: 60_000, random: () => 1 };
    expect(backoffDelay(policy, 1, 1e12)).toBe(86_400_000);
    expect(backoffDelay(policy, 1, Number.NaN)).toBe(1000);
    expect(backoffDelay(policy, 1, Infinity)).toBe(1000);
  });
});

describe('an account that is disabled and enabled again before it has stopped', () => {
  it('runs', async () => {
    const script = new Script();
    const adapter = script.adapter();
    const slow: Adapter = {
      ...adapter,
      open: (spec, host) => {
        const session = adapter.open(spec, host);
        const later = () => new Promise((resolve) => setTimeout(resolve, 20));
        return { ...session, run: (...run) => session.run(...run).then((end) => later().then(() => end)) };
      },
    };
    const bench = await Bench.open([script], { adapters: [slow] });
    const account = bench.accounts[0]!;
    const disabled = bench.call('account.enable', { account, enabled: false });
    await bench.until(() => bench.hub.profile.accounts.get(account)?.enabled === false);
    await bench.call('account.enable', { account, enabled: true });
    await disabled;
    await bench.until(async () => (await bench.call('account.list', {}))[0]?.state.phase === 'online');
    expect(script.runs).toHaveLength(2);
    await bench.hub.close();
  });
});

describe('catch-up', () => {
  it('that fails is tried again while the account is online, and until then nothing is settled', async () => {
    const script = new Script('script', { catchUp: 'account' });
    let tries = 0;
    script.catchUp = async () => {
      tries += 1;
      if (tries < 3) throw new Error('archive is being repaired');
      return {
        batch: { origin: 'archive', events: [], cursors: { account: '7' } },
        next: null,
        reached: 'end',
      };
    };
    const bench = await Bench.open([script]);
    await bench.until(() => bench.hub.profile.cursors.get(bench.accounts[0]!, 'account') === '7');
    await bench.until(() => bench.hub.profile.catchingUp.size === 0);
    expect(script.runs).toHaveLength(1);
    await bench.hub.close();
  });

  it('that leads nowhere settles nothing', async () => {
    const script = new Script('script', { catchUp: 'account' });
    script.catchUp = async () => ({
      batch: { origin: 'archive', events: [], cursors: { account: '7' } },
      next: '7',
      reached: null,
    });
    const bench = await Bench.open([script]);
    expect(bench.hub.profile.catchingUp.size).toBe(1);
    await bench.hub.close();
  });
});
