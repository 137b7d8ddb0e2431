import type { Sas, VerificationRequest } from '@matrix-org/matrix-sdk-crypto-wasm';
import type { CryptoModule } from '../crypto-module.ts';
import type { OutgoingRequest } from '../outgoing-requests.ts';

/** Where a verification stands. */
export type FlowState =
  /** The other side has not said yes. */
  | 'requested'
  /** Both want to; no method has begun. */
  | 'ready'
  /** The method has begun, and there is nothing to compare yet. */
  | 'started'
  /** Both see the same pictures, or somebody listens. */
  | 'compare'
  /** We have said that they are the same. */
  | 'confirmed'
  | 'done'
  | 'cancelled';

/** With whom. */
export interface Partner {
  readonly userId: string;
  /** Null while it is not known which of their devices will answer. */
  readonly deviceId: string | null;
  /** Another device of our own. */
  readonly self: boolean;
}

/** Why a verification is over. */
export interface Cancellation {
  /** Matrix 1.16, section "Key verification framework": `m.user`, `m.timeout`, `m.mismatched_sas`, ... */
  readonly code: string;
  readonly byUs: boolean;
}

/**
 * A verification by short authentication string (Matrix 1.16, section "Short Authentication String (SAS)
 * verification"), however it began: with a request, to a device or in a room, or with the start of the method at once, as
 * older clients do it. What is to be sent is given back, and is the caller's to send.
 */
export class Flow {
  readonly #module: CryptoModule;
  readonly #request: VerificationRequest | null;
  readonly #started: Sas | null;

  private constructor(module: CryptoModule, request: VerificationRequest | null, started: Sas | null) {
    this.#module = module;
    this.#request = request;
    this.#started = started;
  }

  static ofRequest(module: CryptoModule, request: VerificationRequest): Flow {
    return new Flow(module, request, null);
  }

  /** Of a method that the other side has started without asking before. */
  static ofStart(module: CryptoModule, started: Sas): Flow {
    return new Flow(module, null, started);
  }

  get id(): string {
    return this.#request?.flowId ?? this.#started?.flowId ?? '';
  }

  get weBegan(): boolean {
    return this.#request?.weStarted() ?? this.#started?.weStarted() ?? false;
  }

  get partner(): Partner {
    const of = this.#request ?? this.#started;
    return {
      userId: of?.otherUserId.toString() ?? '',
      deviceId: of?.otherDeviceId?.toString() ?? null,
      self: of?.isSelfVerification() ?? false,
    };
  }

  /** Another device of ours answers this request. */
  get elsewhere(): boolean {
    return this.#request?.isPassive() ?? false;
  }

  get state(): FlowState {
    const { VerificationRequestPhase } = this.#module;
    const sas = this.#sas();
    if (this.cancellation !== null) return 'cancelled';
    if (this.#request?.isDone() === true || sas?.isDone() === true) return 'done';
    if (sas !== null) {
      if (sas.haveWeConfirmed()) return 'confirmed';
      return sas.canBePresented() ? 'compare' : this.#isUnanswered(sas) ? 'requested' : 'started';
    }
    return this.#request?.phase() === VerificationRequestPhase.Ready ? 'ready' : 'requested';
  }

  get cancellation(): Cancellation | null {
    const sas = this.#sas();
    if (this.#request?.timedOut() === true || sas?.timedOut() === true)
      return { code: 'm.timeout', byUs: false };
    if (this.#request?.isCancelled() !== true && sas?.isCancelled() !== true) return null;
    const info = sas?.cancelInfo() ?? this.#request?.cancelInfo;
    return { code: info?.cancelCode() ?? 'm.unknown', byUs: info?.cancelledbyUs() ?? false };
  }

  /** The pictures, or where the other side knows none, three numbers. */
  get compared(): { readonly emoji: { symbol: string; name: string }[] } | { readonly numbers: number[] } {
    const sas = this.#sas();
    const emoji = sas?.emoji();
    if (emoji !== undefined)
      return { emoji: emoji.map(({ symbol, description }) => ({ symbol, name: description })) };
    return { numbers: [...(sas?.decimals() ?? [])] };
  }

  /** We want to, too. */
  accept(): OutgoingRequest[] {
    const { SasV1 } = this.#module.VerificationMethod;
    return some(this.#request?.acceptWithMethods([SasV1]) ?? this.#started?.accept());
  }

  /** Begins the comparison. */
  async start(): Promise<OutgoingRequest[]> {
    const begun = await this.#request?.startSas();
    return begun === undefined ? [] : [begun[1]];
  }

  /** Goes along with the method that the other side has begun, once both have said that they want to. */
  goAlong(): OutgoingRequest[] {
    const sas = this.#sas();
    const begun = this.#request !== null && sas !== null && !sas.weStarted() && !sas.hasBeenAccepted();
    return begun ? some(sas.accept()) : [];
  }

  /** The user has seen the same on both sides. */
  async confirm(): Promise<OutgoingRequest[]> {
    return (await this.#sas()?.confirm()) ?? [];
  }

  /** The user has seen something else. */
  mismatch(): OutgoingRequest[] {
    return some(this.#sas()?.cancelWithCode('m.mismatched_sas'));
  }

  cancel(): OutgoingRequest[] {
    return some(this.#sas()?.cancel() ?? this.#request?.cancel());
  }

  #isUnanswered(sas: Sas): boolean {
    return this.#request === null && !sas.weStarted() && !sas.hasBeenAccepted();
  }

  #sas(): Sas | null {
    if (this.#started !== null) return this.#started;
    const method = this.#request?.getVerification();
    return method instanceof this.#module.Sas ? method : null;
  }
}

function some(request: OutgoingRequest | undefined): OutgoingRequest[] {
  return request === undefined ? [] : [request];
}
