import { expect, it } from 'vitest';
import type { Interaction, InteractionStep, Step } from '@natter/core';
import { Bench, Script } from './support/scripted.ts';

const asking: Step = {
  kind: 'show',
  what: 'text',
  data: { asks: 'to verify' },
  actions: ['accept', 'reject'],
};
const cancelled = {
  kind: 'failed',
  error: {
    code: 'aborted',
    message: 'the other side cancelled',
    scope: 'account',
    retriable: false,
    certain: true,
  },
} as const;

/** A question of the network that the other side can end. */
function question(): { readonly interaction: Interaction; readonly end: () => void } {
  const over = new AbortController();
  const next = async (): Promise<Step> => (over.signal.aborted ? cancelled : asking);
  return {
    interaction: { next, cancel: async () => undefined, over: over.signal },
    end: () => over.abort(),
  };
}

/** What a front end is shown. */
async function shown(bench: Bench): Promise<readonly InteractionStep[]> {
  const { promise, resolve } = Promise.withResolvers<readonly InteractionStep[]>();
  const feed = {
    value: (asked: readonly { step: InteractionStep }[]) => resolve(asked.map(({ step }) => step)),
    end: () => resolve([]),
  };
  const stream = await bench.hub.handlers.streams.interactions({}, feed);
  const asked = await promise;
  stream.close();
  return asked;
}

it('shows a question no more that the other side has ended, and says so to who has it open', async () => {
  const script = new Script();
  const bench = await Bench.open([script]);
  const { interaction, end } = question();
  const answered = script.host?.ask('verify', interaction);
  await bench.until(async () => (await shown(bench)).length === 1);
  const [open] = await shown(bench);
  end();
  await answered;
  expect(await shown(bench)).toEqual([]);
  const answer = { action: 'accept', values: {} };
  const last = await bench.call('interaction.answer', { interaction: open?.interaction ?? '', answer });
  expect(last.step).toEqual(cancelled);
  await bench.hub.close();
});

it('has room for new questions, however many were taken back, and keeps only the last of those', async () => {
  const script = new Script();
  const bench = await Bench.open([script]);
  const ids: string[] = [];
  for (let count = 0; count < 20; count += 1) {
    const { interaction, end } = question();
    const over = script.host?.ask('verify', interaction);
    await bench.until(async () => (await shown(bench)).length === 1);
    ids.push((await shown(bench))[0]?.interaction ?? '');
    end();
    await over;
  }
  const end = (index: number): Promise<InteractionStep> =>
    bench.call('interaction.answer', { interaction: ids.at(index) ?? '', answer: null });
  expect((await end(-1)).step).toEqual(cancelled);
  await expect(end(0)).rejects.toMatchObject({ data: { code: 'not-found' } });
  await bench.hub.close();
});
