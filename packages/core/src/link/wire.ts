/**
 * The link on the wire: JSON-RPC 2.0 (https://www.jsonrpc.org/specification), one object a message.
 *
 * A call is a request; `$/cancel {id}` gives it up, and its answer then is an error. A stream is opened by the request
 * `$/open {stream, params, credits}` whose id names the subscription from then on; it is answered when it ends, with
 * null or the error. Between: the server notifies `$/frame {id, frame}`, the client `$/credit {id, count}`,
 * `$/update {id, params}` and `$/close {id}`, after which nothing more comes for that id.
 */
import { errorData } from '../model/error.ts';
import type { ErrorCode, ErrorData } from '../model/error.ts';
import { isObject } from './guard.ts';
import type { WireObject } from './guard.ts';

/** Names a call or subscription on one connection; chosen by the client. */
export type WireId = number;

/** The methods of the link itself. */
export const wire = {
  open: '$/open',
  frame: '$/frame',
  credit: '$/credit',
  update: '$/update',
  close: '$/close',
  cancel: '$/cancel',
  blob: '$/blob',
} as const;

/** Whether this can name a call. */
export function isWireId(value: unknown): value is WireId {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** A request, which is answered. */
export function request(id: WireId, method: string, params: unknown): WireObject {
  return { jsonrpc: '2.0', id, method, params };
}

/** A notification, which is not. */
export function notification(method: string, params: unknown): WireObject {
  return { jsonrpc: '2.0', method, params };
}

/** The answer of a request. */
export function answer(id: WireId, result: unknown): WireObject {
  return { jsonrpc: '2.0', id, result: result ?? null };
}

/** JSON-RPC's numbers for the cases it names; everything else is the application's. */
const rpcCodes: Partial<Record<ErrorCode, number>> = {
  protocol: -32600,
  unsupported: -32601,
  invalid: -32602,
};

/** The failure of a request; `id` null when the request could not be read. The error proper is in `data`. */
export function failure(id: WireId | null, error: ErrorData): WireObject {
  const code = rpcCodes[error.code] ?? -32000;
  return { jsonrpc: '2.0', id, error: { code, message: error.message, data: error } };
}

/** The error of a failed request as it came over the wire; what has no ErrorData in it is the other side's defect. */
export function readFailure(error: unknown): ErrorData {
  const data = isObject(error) ? error['data'] : undefined;
  if (isErrorData(data)) return data;
  const message =
    isObject(error) && typeof error['message'] === 'string' ? error['message'] : 'an error without a message';
  return errorData('protocol', message.slice(0, 1000).replace(/\s+/g, ' '), { userAction: 'report' });
}

function isErrorData(value: unknown): value is ErrorData {
  return (
    isObject(value) &&
    typeof value['code'] === 'string' &&
    typeof value['message'] === 'string' &&
    typeof value['scope'] === 'string' &&
    typeof value['retriable'] === 'boolean' &&
    typeof value['certain'] === 'boolean'
  );
}
