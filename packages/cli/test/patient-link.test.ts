import type { Account } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';
import { offlineError } from '@natter/core/model';
import { expect, it } from 'vitest';
import { patientLink } from '../src/link/patient-link.ts';

const account = { id: 'a1', address: 'me@here', enabled: true, roster: 'ready' } as unknown as Account;
const online = { phase: 'online', since: 0 } as const;

/** A link whose account is in one state until somebody looks at it, and in another then; and how often it was asked. */
function scriptedLink(
  first: Account['state'],
  then: Account['state'],
): { link: ClientLink; asked: () => number } {
  let state = first;
  let asked = 0;
  const link = {
    call: async () => {
      asked += 1;
      if (state.phase !== 'online') throw new NatterError(offlineError({ ...account, state }));
      return [];
    },
    open: (_: string, __: object, sink: { frame(frame: object): void }) => {
      state = then;
      sink.frame({ t: 'state', version: 1, value: [{ ...account, state }] });
      return { credit: () => {}, close: () => {} };
    },
  } as unknown as ClientLink;
  return { link, asked: () => asked };
}

const devices = (link: ClientLink) =>
  patientLink(link, new AbortController().signal).call('account.devices', { account: account.id });

it('asks once more for what an account that was connecting could not do', async () => {
  for (const phase of ['connecting', 'authenticating', 'syncing'] as const) {
    const { link, asked } = scriptedLink({ phase }, online);
    expect(await devices(link)).toEqual([]);
    expect(asked()).toBe(2);
  }
});

it('waits for no account that cannot come by itself, and asks no third time', async () => {
  const error = errorData('authentication', 'wrong password');
  const locked = scriptedLink({ phase: 'needsLogin', error }, online);
  await expect(devices(locked.link)).rejects.toMatchObject({
    data: { code: 'offline', userAction: 'sign-in' },
  });
  expect(locked.asked()).toBe(1);
  const failing = scriptedLink({ phase: 'connecting' }, { phase: 'waiting', retryAt: 0, attempt: 1, error });
  await expect(devices(failing.link)).rejects.toMatchObject({ data: { code: 'offline', cause: error } });
  expect(failing.asked()).toBe(2);
});
