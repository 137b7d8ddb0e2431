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
}

/**
 * Sends what the machine wants to be sent, and tells it the answers. Nothing leaves before what it is made of is durable:
 * a key that others have and we have lost would be a message that nobody can read.
 */
export class OutgoingRequests {
  readonly #parts: OutgoingParts;
  #running: Promise<void> | null = null;
  #again = false;

  constructor(parts: OutgoingParts) {
    this.#parts = parts;
  }

  /** Sends all there is. Rejects with the first failure, after it has tried the others. */
  flush(): Promise<void> {
    this.#again = true;
    this.#running ??= this.#run().finally(() => (this.#running = null));
    return this.#running;
  }

  /** Sends one request and tells the machine the answer. */
  async send(request: OutgoingRequest): Promise<void> {
    const { module, machine, keys } = this.#parts;
    const answer = await this.call(callOf(module, request));
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

  async #run(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const failures: unknown[] = [];
      for (const request of (await this.#parts.machine.outgoingRequests()) as OutgoingRequest[]) {
        await this.send(request).catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw failures[0];
    }
  }
}

/** Matrix 1.16, sections "End-to-End Encryption" and "Send-to-Device messaging". */
function callOf(module: CryptoModule, request: OutgoingRequest): KeyCall {
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
    case RequestType.RoomMessage: {
      const { event_type: type, txn_id: transaction, room_id: room } = request as RoomMessageRequest;
      return { method: 'PUT', path: ['client', 'v3', 'rooms', room, 'send', type, transaction], body };
    }
  }
}
