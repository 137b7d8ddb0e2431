import type { Device } from '@matrix-org/matrix-sdk-crypto-wasm';
import type { Interaction } from '@natter/core';
import { errorData, NatterError, type Json, type JsonObject } from '@natter/core/model';
import type { DeviceEncryption } from '../device-encryption.ts';
import type { OutgoingRequest } from '../outgoing-requests.ts';
import type { SyncKeys } from '../sync-keys.ts';
import { Flow, type Partner } from './flow.ts';
import { VerificationSteps } from './verification-steps.ts';

const REQUEST = 'm.key.verification.request';
const START = 'm.key.verification.start';
/** Requests that wait for the user at once; more are left to time out. */
const MOST_ASKED = 5;
/** Requests that are looked at in a run, whoever sends them. */
const MOST_SEEN = 500;
/** How long a request may be answered (milliseconds). */
const TIMEOUT = 10 * 60_000;
/** A synchronisation that brings nothing. */
const NOTHING: SyncKeys = {
  toDevice: [],
  changed: [],
  left: [],
  counts: new Map(),
  unusedFallback: undefined,
};

/** With what verifications are led. */
export interface VerificationsParts {
  readonly encryption: DeviceEncryption;
  /** Says something in a room, encrypted where the room is. Resolves with the id of the event. */
  say(room: string, content: JsonObject): Promise<string>;
  /** Does something that the synchronisation does not wait for. */
  beside(work: () => Promise<void>): void;
  /** Somebody asks to be verified; resolves when that is over. */
  ask(interaction: Interaction): Promise<void>;
  verified(partner: Partner): Promise<void>;
  readonly ended: AbortSignal;
}

/** The verifications of one run, whoever began them (Matrix 1.16, section "Device verification"). */
export class Verifications {
  readonly #parts: VerificationsParts;
  /** What waits for the user here, and how its end is told. */
  readonly #asked = new Map<string, { readonly flow: Flow; readonly over: AbortController }>();
  readonly #seen = new Set<string>();

  constructor(parts: VerificationsParts) {
    this.#parts = parts;
  }

  /** Another device of ours is to vouch for this one, or this one for it. */
  async ofSelf(): Promise<Interaction> {
    const { encryption } = this.#parts;
    const { module, machine } = encryption;
    const identity = await machine.getIdentity(machine.userId.clone());
    if (!(identity instanceof module.OwnUserIdentity)) throw noIdentity();
    const others = (await machine.getUserDevices(machine.userId.clone())).devices();
    if (others.filter(({ isDehydrated }) => !isDehydrated).length < 2) throw noOtherDevice();
    const [request, message] = await identity.requestVerification([module.VerificationMethod.SasV1]);
    await encryption.outgoing.send(message);
    return this.#steps(Flow.ofRequest(module, request));
  }

  /** Another user, in the direct conversation with them; one without an identity by their device. */
  async ofUser(userId: string, room: string | null): Promise<Interaction> {
    const { module, machine } = this.#parts.encryption;
    const { SasV1 } = module.VerificationMethod;
    await this.#learn(userId);
    const identity = await machine.getIdentity(new module.UserId(userId));
    if (!(identity instanceof module.OtherUserIdentity)) return this.#ofOnlyDevice(userId);
    if (room === null) throw noConversation(userId);
    const content = JSON.parse(identity.verificationRequestContent([SasV1])) as JsonObject;
    const event = await this.#parts.say(room, { msgtype: REQUEST, ...content });
    const request = identity.requestVerification(new module.RoomId(room), new module.EventId(event), [SasV1]);
    return this.#steps(Flow.ofRequest(module, request));
  }

  /** Looks for requests among what a synchronisation brought for this device. */
  toDevice(events: readonly JsonObject[]): void {
    for (const event of events) {
      const { type, sender, content } = event;
      const flow = textOf(content, 'transaction_id');
      if (typeof sender !== 'string' || flow === undefined || (type !== REQUEST && type !== START)) continue;
      if (this.#find(type, sender, flow) || !this.#isNew(flow)) continue;
      // It came from a device that we have not heard of yet, and was passed over.
      this.#parts.beside(async () => {
        await this.#learn(sender);
        await this.#parts.encryption.receive({ ...NOTHING, toDevice: [event] });
        this.#find(type, sender, flow);
      });
    }
  }

  /** Takes in an event of a room, as it is without encryption, if it belongs to a verification. */
  async inRoom(room: string, event: JsonObject): Promise<void> {
    const { type, sender, content, event_id: id, origin_server_ts: at } = event;
    const isRequest = type === 'm.room.message' && textOf(content, 'msgtype') === REQUEST;
    if (!isRequest && !(typeof type === 'string' && type.startsWith('m.key.verification.'))) return;
    if (!isRequest) return this.#receive(room, event);
    const { encryption } = this.#parts;
    const isOld = typeof at === 'number' && Date.now() - at > TIMEOUT;
    const isOurs = sender === encryption.machine.userId.toString();
    if (typeof sender !== 'string' || typeof id !== 'string' || isOurs || isOld || !this.#isNew(id)) return;
    this.#parts.beside(async () => {
      await this.#learn(sender);
      await this.#receive(room, event);
      this.#find(REQUEST, sender, id);
    });
  }

  /** Ends what waits for the user in vain: taken back, answered by another device of ours, or too old. */
  settle(): void {
    for (const { flow, over } of this.#asked.values())
      if (flow.elsewhere || flow.state === 'cancelled' || flow.state === 'done') over.abort();
  }

  async #receive(room: string, event: JsonObject): Promise<void> {
    const { module, machine, keys } = this.#parts.encryption;
    await keys.together(() =>
      machine.receiveVerificationEvent(JSON.stringify(event), new module.RoomId(room)),
    );
    this.settle();
  }

  /** Asks which devices somebody has, and follows from now on how that changes. */
  async #learn(userId: string): Promise<void> {
    const { module, machine, outgoing } = this.#parts.encryption;
    await machine.updateTrackedUsers([new module.UserId(userId)]);
    await outgoing.send(machine.queryKeysForUsers([new module.UserId(userId)]));
  }

  /** Whether it is the first time that this one is looked at more closely, of not too many. */
  #isNew(flow: string): boolean {
    if (this.#seen.has(flow) || this.#seen.size >= MOST_SEEN) return false;
    this.#seen.add(flow);
    return true;
  }

  /** Whether the machine knows of it; then the user is asked. */
  #find(type: string, sender: string, flow: string): boolean {
    const { module, machine } = this.#parts.encryption;
    const request = machine.getVerificationRequest(new module.UserId(sender), flow);
    if (request !== undefined) {
      if (type === REQUEST && !request.weStarted()) this.#ask(Flow.ofRequest(module, request));
      return true;
    }
    const started = machine.getVerification(new module.UserId(sender), flow);
    if (!(started instanceof module.Sas)) return false;
    if (type === START && !started.weStarted()) this.#ask(Flow.ofStart(module, started));
    return true;
  }

  /** Without cross-signing there is nothing but devices to verify. */
  async #ofOnlyDevice(userId: string): Promise<Interaction> {
    const { module, machine, outgoing } = this.#parts.encryption;
    const devices: Device[] = (await machine.getUserDevices(new module.UserId(userId))).devices();
    const [device, second] = devices;
    if (device === undefined) throw noDevices(userId);
    if (second !== undefined) throw manyDevices(userId, devices.length);
    const [request, message] = device.requestVerification([module.VerificationMethod.SasV1]);
    await outgoing.send(message);
    return this.#steps(Flow.ofRequest(module, request));
  }

  #ask(flow: Flow): void {
    const { id } = flow;
    if (this.#asked.has(id) || this.#asked.size >= MOST_ASKED || flow.state === 'cancelled') return;
    const over = new AbortController();
    this.#asked.set(id, { flow, over });
    void this.#parts.ask(this.#steps(flow, over.signal)).finally(() => this.#asked.delete(id));
  }

  #steps(flow: Flow, over: AbortSignal = this.#parts.ended): Interaction {
    const { encryption, ended } = this.#parts;
    const send = (request: OutgoingRequest): Promise<void> => encryption.outgoing.send(request);
    const verified = (partner: Partner): Promise<void> => this.#parts.verified(partner);
    return new VerificationSteps({ flow, ended, over, send, verified });
  }
}

function textOf(content: Json | undefined, name: string): string | undefined {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return undefined;
  const { [name]: value } = content as JsonObject;
  return typeof value === 'string' ? value : undefined;
}

function noIdentity(): NatterError {
  return refusedWith('this account has no identity to verify devices with yet: make a recovery key first');
}

function noOtherDevice(): NatterError {
  return refusedWith('no other device of this account is signed in: use the recovery key instead');
}

function noConversation(userId: string): NatterError {
  return refusedWith(`there is no direct conversation with ${userId} to verify in: begin one first`);
}

function noDevices(userId: string): NatterError {
  return refusedWith(`${userId} has no device that could be verified`);
}

function manyDevices(userId: string, count: number): NatterError {
  return refusedWith(
    `${userId} has ${count} devices and no identity that stands for them: they can ask from the device that is meant`,
  );
}

function refusedWith(message: string): NatterError {
  return new NatterError(errorData('not-found', message, { scope: 'account' }));
}
