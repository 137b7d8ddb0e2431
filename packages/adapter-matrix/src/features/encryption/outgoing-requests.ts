import type { JsonObject } from '@natter/core/model';
import type {
  KeysBackupRequest,
  KeysClaimRequest,
  KeysQueryRequest,
  KeysUploadRequest,
  RoomMessageRequest,
  SignatureUploadRequest,
  ToDeviceRequest,
} from '@matrix-org/matrix-sdk-crypto-wasm';
import type { CryptoModule, Machine } from './crypto-module.ts';
import type { KeyApi, KeyCall } from './key-api.ts';
import type { DeviceKeys } from './key-storage.ts';

/** What the machine wants to be sent. */
export type OutgoingRequest =
  | KeysUploadRequest
  | KeysQueryRequest
  | KeysClaimRequest
  | ToDeviceRequest
  | SignatureUploadRequest
  | RoomMessageRequest
  | KeysBackupRequest;

/** With what requests of the machine are sent. */
export interface OutgoingParts {
  readonly module: CryptoModule;
  readonly machine: Machine;
  readonly keys: DeviceKeys;
  readonly api: KeyApi;
  /** Says something of the machine's in a room, encrypted where the room is. Resolves with the id of the event. */
  say(message: RoomMessage): Promise<string>;
}

/** An event for a room. */
export interface RoomMessage {
  readonly room: string;
  readonly type: string;
  readonly transaction: string;
  readonly content: JsonObject;
}

/**
 * Sends what the machine wants to be sent, and tells it the answers. Nothing leaves before what it is made of is durable:
 * a key that others have and we have lost would be a message that nobody can read.
 */
export class OutgoingRequests {
  readonly #parts: OutgoingParts;
  #running: Promise<void> | null = null;
  #again = false;
  /** Messages for rooms on their way. Encrypting one may need a flush, so none is waited for in a flush. */
  readonly #saying = new Map<string, Promise<void>>();
  readonly #unsaid: unknown[] = [];

  constructor(parts: OutgoingParts) {
    this.#parts = parts;
  }

  /**
   * Sends all there is. Rejects with the first failure, after it has tried the others. Messages for rooms go out beside
   * it; the next flush tells when one could not be sent, and tries it again.
   */
  flush(): Promise<void> {
    this.#again = true;
    this.#running ??= this.#run().finally(() => (this.#running = null));
    return this.#running;
  }

  /** Sends one request and tells the machine the answer. */
  async send(request: OutgoingRequest): Promise<void> {
    const { module, machine, keys } = this.#parts;
    const answer = isRoomMessage(module, request)
      ? { event_id: await this.#parts.say(messageOf(request)) }
      : await this.call(callOf(module, request));
    const { id, type } = request;
    // Cross-signing makes requests without an id, whose answer tells the machine nothing.
    if (id !== undefined)
      await keys.together(() => machine.markRequestAsSent(id, type, JSON.stringify(answer)));
  }

  /** Calls the homeserver once everything before is durable. */
  async call(call: KeyCall): Promise<JsonObject> {
    if (call.method !== 'GET') await this.#parts.keys.barrier();
    return this.#parts.api.call(call);
  }

  /** Resolves when no message for a room is on its way. */
  async said(): Promise<void> {
    await Promise.all(this.#saying.values());
  }

  #say(request: RoomMessageRequest): void {
    const { id } = request;
    if (this.#saying.has(id)) return;
    const sent = this.send(request).catch((error: unknown) => void this.#unsaid.push(error));
    this.#saying.set(
      id,
      sent.finally(() => this.#saying.delete(id)),
    );
  }

  async #run(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const failures = this.#unsaid.splice(0);
      for (const request of (await this.#parts.machine.outgoingRequests()) as OutgoingRequest[]) {
        if (isRoomMessage(this.#parts.module, request)) this.#say(request);
        else await this.send(request).catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw failures[0];
    }
  }
}

/** Matrix 1.16, sections "End-to-End Encryption" and "Send-to-Device messaging". */
function callOf(module: CryptoModule, request: Exclude<OutgoingRequest, RoomMessageRequest>): KeyCall {
  const body = JSON.parse(request.body) as JsonObject;
  const { RequestType } = module;
  const post = (...path: string[]): KeyCall => ({
    method: 'POST',
    path: ['client', 'v3', 'keys', ...path],
    body,
  });
  switch (request.type) {
    case RequestType.KeysUpload:
      return post('upload');
    case RequestType.KeysQuery:
      return post('query');
    case RequestType.KeysClaim:
      return post('claim');
    case RequestType.SignatureUpload:
      return post('signatures', 'upload');
    case RequestType.KeysBackup: {
      const { version } = request as KeysBackupRequest;
      return { method: 'PUT', path: ['client', 'v3', 'room_keys', 'keys'], query: { version }, body };
    }
    case RequestType.ToDevice: {
      const { event_type: type, txn_id: transaction } = request as ToDeviceRequest;
      return { method: 'PUT', path: ['client', 'v3', 'sendToDevice', type, transaction], body };
    }
    case RequestType.RoomMessage:
      throw new TypeError('messages of rooms go with the others of the room');
  }
}

function isRoomMessage(module: CryptoModule, request: OutgoingRequest): request is RoomMessageRequest {
  return request.type === module.RequestType.RoomMessage;
}

function messageOf({
  room_id: room,
  event_type: type,
  txn_id: transaction,
  body,
}: RoomMessageRequest): RoomMessage {
  return { room, type, transaction, content: JSON.parse(body) as JsonObject };
}
