import type { JsonObject } from '@natter/core/model';

/** A call of the client-server API, for this run of the session. */
export interface KeyCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The parts of the path behind `/_matrix/`. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
}

/** The homeserver, as encryption needs it. Rejects with the wire's errors. */
export interface KeyApi {
  call(call: KeyCall): Promise<JsonObject>;
}
