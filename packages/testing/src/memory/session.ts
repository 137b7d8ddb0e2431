import {
  errorData,
  NatterError,
  type AccountSpec,
  type BlobId,
  type Ended,
  type Interaction,
  type Op,
  type Opaque,
  type Outcome,
  type Page,
  type PageRequest,
  type Queries,
  type Resume,
  type ScopeKey,
  type Session,
  type SessionHost,
  type Signal,
} from '@natter/core';
import { connect } from './features/connect.ts';
import { download } from './features/files.ts';
import { history, missed } from './features/history.ts';
import { perform, verify } from './features/perform.ts';
import { query } from './features/query.ts';
import { receive } from './features/receive.ts';
import { takeSnapshot } from './features/snapshot.ts';
import { answered, toError, toOutcome, unsupported } from './mapping/errors.ts';
import type { View } from './mapping/messages.ts';
import { LinkDown, type Link, type LinkEnd } from './network/link.ts';
import type { MemoryNetwork } from './network/network.ts';
import { Sequence } from './sequence.ts';

/** What every feature of a running session works with. */
export interface Context {
  readonly link: Link;
  readonly host: SessionHost;
  readonly view: View;
  readonly sequence: Sequence;
}

/** One signed-in account: wires the features to the link while there is one. */
export class MemorySession implements Session {
  readonly #network: MemoryNetwork;
  readonly #account: AccountSpec;
  readonly #host: SessionHost;
  readonly #view: View;
  #context: Context | null = null;

  constructor(network: MemoryNetwork, account: AccountSpec, host: SessionHost) {
    this.#network = network;
    this.#account = account;
    this.#host = host;
    this.#view = { profile: network.profile, self: account.address };
  }

  async run(resume: Resume, signal: AbortSignal): Promise<Ended> {
    if (signal.aborted) return { why: 'stopped' };
    this.#host.phase('connecting');
    const connected = await connect(this.#network, this.#account, this.#view.self, this.#host);
    if ('why' in connected) return signal.aborted ? { why: 'stopped' } : connected;
    const { link, at } = connected;
    const close = (): void => link.end('closed');
    signal.addEventListener('abort', close, { once: true });
    if (signal.aborted) close();
    try {
      const context = { link, host: this.#host, view: this.#view, sequence: new Sequence(at) };
      await takeSnapshot(context, resume.presence);
      this.#network.showContacts(this.#view.self);
      this.#context = context;
      if (link.open) this.#host.phase('online');
      await receive(context);
    } catch (caught) {
      // A link that goes down is told by `ended` below; anything else (a dead store) ends the run by itself.
      if (!(caught instanceof LinkDown)) return { why: 'network', error: toError(caught) };
    } finally {
      this.#context = null;
      signal.removeEventListener('abort', close);
      link.end('closed');
    }
    const end = await link.ended;
    return signal.aborted ? { why: 'stopped' } : endedBecause(end);
  }

  async perform(op: Op, signal: AbortSignal): Promise<Outcome> {
    const context = this.#context;
    if (context === null) return toOutcome(new LinkDown(false));
    if (signal.aborted)
      return { result: 'not-sent', error: errorData('aborted', 'cancelled', { scope: 'operation' }) };
    return perform(context, op, signal);
  }

  async verify(op: Op, signal: AbortSignal): Promise<Outcome> {
    const context = this.#context;
    if (context === null) return toOutcome(new LinkDown(true));
    return verify(context, op, signal);
  }

  async history(request: PageRequest, signal: AbortSignal): Promise<Page> {
    return answered(history(this.#online(), request), signal);
  }

  async catchUp(_scope: ScopeKey, after: Opaque | null, signal: AbortSignal): Promise<Page> {
    return answered(missed(this.#online(), after), signal);
  }

  async query<Name extends keyof Queries>(
    name: Name,
    argument: Queries[Name][0],
    signal: AbortSignal,
  ): Promise<Queries[Name][1]> {
    return answered(query(this.#online(), name, argument), signal);
  }

  signal(signal: Signal): void {
    const { link, view } = this.#context ?? {};
    if (link === undefined || view?.profile.keeps !== true) return;
    // Best effort by contract: nobody waits for it and nobody is told.
    if (signal.type === 'presence')
      link.request({ do: 'presence', presence: signal.presence }).catch(() => {});
    if (signal.type === 'typing') {
      link
        .request({ do: 'typing', conversation: signal.conversation, active: signal.active })
        .catch(() => {});
    }
  }

  interact(): Interaction {
    const failed = { kind: 'failed', error: unsupported('verify, recover or ask for forms') } as const;
    return { next: async () => failed, cancel: async () => {} };
  }

  async download(
    remote: Opaque,
    blob: BlobId,
    offset: number,
    signal: AbortSignal,
  ): Promise<{ done: boolean }> {
    return answered(download(this.#online(), remote, blob, offset), signal);
  }

  async wipe(): Promise<void> {
    await this.#host.setSecret('password', null);
  }

  #online(): Context {
    if (this.#context !== null) return this.#context;
    throw new NatterError(
      errorData('offline', 'the account is not online', { scope: 'account', retriable: true }),
    );
  }
}

function endedBecause(end: LinkEnd): Ended {
  const error = (
    code: 'network' | 'replaced' | 'suspended',
    message: string,
  ): { error: ReturnType<typeof errorData> } => ({
    error: errorData(code, message, { scope: 'account', retriable: code === 'network' }),
  });
  switch (end) {
    case 'closed':
      return { why: 'stopped' };
    case 'cut':
      return { why: 'network', ...error('network', 'the connection to the memory network was lost') };
    case 'replaced':
      return { why: 'replaced', ...error('replaced', 'this device signed in elsewhere') };
    case 'suspended':
      return { why: 'refused', ...error('suspended', 'the account is suspended') };
  }
}
