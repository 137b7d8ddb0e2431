/**
 * An adapter for the parrot. It shows all that an adapter has to do: declare what it can, sign in, report contacts and
 * messages in batches, do operations, and end cleanly.
 */
import { errorData, NatterError, remoteKey, toErrorData } from '@natter/core';
import type {
  Adapter,
  Batch,
  Capabilities,
  Ended,
  Ephemeral,
  ErrorData,
  Interaction,
  MessageIn,
  Op,
  Outcome,
  Page,
  Queries,
  Resume,
  Sender,
  Session,
  SessionHost,
  Step,
} from '@natter/core';
import type { Parrot, Squawk } from './parrot.ts';
import { signIn, wrongFood } from './sign-in.ts';

const PARROT = remoteKey('parrot');
const OURSELVES = remoteKey('me');
const LONGEST = 500;

/** Declared is what front ends offer, and what the conformance suite holds the adapter to. */
const capabilities: Capabilities = {
  support: { roster: 'full', presence: 'full', direct: 'full' },
  limits: { textBytes: LONGEST },
  // Nothing tells whether a message landed when the answer is missing, so it is never sent again by itself.
  resend: 'never',
  order: 'arrival',
  catchUp: 'none',
};

/** Makes the adapter. Give it to a client; `natter account add parrot me` would do the rest. */
export function createParrotAdapter(parrot: Parrot): Adapter {
  return {
    id: 'parrot',
    name: 'Parrot',
    contract: 1,
    capabilities,
    configSchema: { type: 'object', additionalProperties: false },
    login: (_start, host) => signIn(parrot, host),
    open: (_account, host) => new ParrotSession(parrot, host),
  };
}

class ParrotSession implements Session {
  readonly #parrot: Parrot;
  readonly #host: SessionHost;
  #online = false;

  constructor(parrot: Parrot, host: SessionHost) {
    this.#parrot = parrot;
    this.#host = host;
  }

  /** One connection attempt: what is so now as a snapshot, then online until somebody ends it. Leaves nothing behind. */
  async run(_resume: Resume, signal: AbortSignal): Promise<Ended> {
    if (signal.aborted) return { why: 'stopped' };
    this.#host.phase('connecting');
    this.#host.phase('authenticating');
    if (!this.#parrot.accepts(await this.#host.secret('password'))) {
      return { why: 'needsLogin', error: wrongFood() };
    }
    const ended = Promise.withResolvers<Ended>();
    const stopped = (): void => ended.resolve({ why: 'stopped' });
    signal.addEventListener('abort', stopped, { once: true });
    if (signal.aborted) stopped();
    const broken = (error: unknown): void => ended.resolve({ why: 'network', error: toErrorData(error) });
    const stop = this.#parrot.listen((squawk) => {
      // A batch that cannot be stored ends the run; a real network would keep the message for the next one.
      this.#host.commit(saying(squawk)).catch(broken);
    });
    this.#host.phase('syncing');
    this.#host.commit(SNAPSHOT).then(() => (signal.aborted ? undefined : this.#goOnline()), broken);
    try {
      return await ended.promise;
    } finally {
      this.#online = false;
      stop();
      signal.removeEventListener('abort', stopped);
    }
  }

  #goOnline(): void {
    this.#online = true;
    this.#host.roster('ready');
    this.#host.phase('online');
    this.#host.hint([PRESENT]);
  }

  /** The hub calls this while we are online, one operation of a conversation at a time. */
  async perform({ body }: Op, signal: AbortSignal): Promise<Outcome> {
    if (signal.aborted) return { result: 'not-sent', error: errorData('aborted', 'cancelled') };
    if (!this.#online) return { result: 'not-sent', error: offline() };
    if (body.type !== 'send') return { result: 'refused', error: cannot(body.type) };
    if (Buffer.byteLength(body.content.text) > LONGEST) {
      const error = errorData('too-large', `a parrot remembers ${LONGEST} bytes`, { userAction: 'shorten' });
      return { result: 'refused', error };
    }
    const id = this.#parrot.tell(body.content.text);
    return { result: 'accepted', refs: [remoteKey(id)], conversation: PARROT };
  }

  async verify(): Promise<Outcome> {
    return { result: 'unknown', error: cannot('verify') };
  }

  history(): Promise<Page> {
    return Promise.reject(new NatterError(cannot('history')));
  }

  catchUp(): Promise<Page> {
    return Promise.reject(new NatterError(cannot('catchUp')));
  }

  async query<Name extends keyof Queries>(name: Name, argument: Queries[Name][0]): Promise<Queries[Name][1]> {
    if (!this.#online) throw new NatterError(offline());
    if (name !== 'resolve') throw new NatterError(cannot(name));
    const polly = { contact: PARROT, address: 'polly', name: 'Polly' };
    return argument === polly.address ? polly : null;
  }

  download(): Promise<never> {
    return Promise.reject(new NatterError(cannot('download')));
  }

  interact(): Interaction {
    const failed: Step = { kind: 'failed', error: cannot('interact') };
    return { next: async () => failed, cancel: async () => {} };
  }

  signal(): void {}

  async wipe(): Promise<void> {
    await this.#host.setSecret('password', null);
  }
}

/** What the parrot says, as the hub stores it. Its ids are the network's own, so telling one twice would be harmless. */
function saying({ id, text }: Squawk): Batch {
  const message: MessageIn = {
    stable: remoteKey(id),
    claimed: null,
    operation: null,
    part: 0,
    sender: POLLY,
    sentAt: Date.now(),
    receivedAt: Date.now(),
    content: { kind: 'text', text },
    trust: 'server',
  };
  return {
    origin: 'live',
    events: [{ type: 'timeline', conversation: PARROT, place: { by: 'tail' }, items: [message] }],
  };
}

const SNAPSHOT: Batch = {
  origin: 'snapshot',
  events: [
    { type: 'self', key: OURSELVES, name: 'Me' },
    {
      type: 'upsert',
      of: 'contact',
      key: PARROT,
      value: {
        address: 'polly',
        name: 'Polly',
        listed: true,
        subscription: { to: 'granted', from: 'granted' },
      },
    },
    { type: 'upsert', of: 'conversation', key: PARROT, value: { kind: 'direct', contact: PARROT } },
  ],
};

const POLLY: Sender = { key: PARROT, self: false, contact: PARROT, name: 'Polly', proof: 'account' };

const PRESENT: Ephemeral = {
  type: 'presence',
  key: PARROT,
  resource: null,
  presence: {
    availability: 'available',
    text: 'on the perch',
    since: null,
    expiresAt: null,
    priority: 0,
    device: null,
  },
};

function offline(): ErrorData {
  return errorData('offline', 'the parrot is asleep', { scope: 'account', retriable: true });
}

function cannot(what: string): ErrorData {
  return errorData('unsupported', `a parrot cannot do this: ${what}`, { scope: 'account' });
}
