import { STRICT_TRANSPORT } from './credentials.ts';

/** Longest policy that is believed: a year, in seconds. */
const LONGEST = 365 * 24 * 60 * 60;

/** The port of a kept policy (IRCv3 sts) that still holds for this host; null for none. */
export function readPolicy(text: string | null, host: string, now: number): number | null {
  const [, name, port, until] = /^(\S+) (\d{1,5}) (\d{1,16})$/.exec(text ?? '') ?? [];
  return name === host.toLowerCase() && port !== undefined && Number(until) > now ? Number(port) : null;
}

/**
 * What to keep of the `sts` capability as it was told over TLS: only there `duration` counts, and 0 takes the policy
 * back (null). Undefined when it says nothing that makes sense.
 */
export function updatedPolicy(
  value: string,
  { host, port }: { host: string; port: number },
  now: number,
): string | null | undefined {
  const seconds = /(?:^|,)duration=(\d{1,12})(?:,|$)/.exec(value)?.[1];
  if (seconds === undefined) return undefined;
  const duration = Math.min(Number(seconds), LONGEST);
  return duration === 0 ? null : `${host.toLowerCase()} ${port} ${now + duration * 1000}`;
}

/** Where one is by TLS, and where its policy is kept. */
export interface StrictTransportParts {
  readonly host: string;
  readonly port: number;
  /** Keeps a secret of the account: what a server wants of us is nothing that another one may change. */
  readonly keep: (name: string, value: string | null) => Promise<void>;
}

/** The policy of the server that we are connected to by TLS, as it was told last. */
export class StrictTransport {
  readonly #parts: StrictTransportParts;
  #value: string | null = null;
  #kept: Promise<void> = Promise.resolve();

  constructor(parts: StrictTransportParts) {
    this.#parts = parts;
  }

  /** The server says what it wants: when it lists its capabilities, and with CAP NEW. */
  told(value: string): void {
    this.#value = value;
    const policy = updatedPolicy(value, this.#parts, Date.now());
    if (policy === undefined) return;
    this.#kept = this.#kept.then(() => this.#parts.keep(STRICT_TRANSPORT, policy));
    this.#kept.catch(() => {}); // told to whoever awaits `kept`
  }

  /** Resolves when what was told is durable. */
  kept(): Promise<void> {
    return this.#kept;
  }

  /** sts, "Rescheduling expiry on disconnect": the time counts from the end of the connection. */
  renew(): Promise<void> {
    if (this.#value !== null) this.told(this.#value);
    return this.#kept;
  }
}
