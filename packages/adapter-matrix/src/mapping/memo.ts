import type { Op } from '@natter/core';
import { get, parseJson, type JsonMap } from '../wire/json.ts';
import { isRoomId } from './keys.ts';
import { readFileAddress } from './file-address.ts';

/** What an operation has done already and must not do again. */
export interface Memo {
  /** The room that it made. */
  readonly room?: string;
  /** The address of the file that it brought to the server. */
  readonly remote?: string;
}

/** Reads the memo of an operation; what another version wrote is nothing. */
export function readMemo({ memo }: Pick<Op, 'memo'>): Memo {
  const map = safely(memo);
  const room = get(map, 'room');
  const remote = get(map, 'remote');
  return {
    ...(isRoomId(room) ? { room } : {}),
    ...(typeof remote === 'string' && readFileAddress(remote) !== null ? { remote } : {}),
  };
}

/** The memo with something more in it. */
export function writeMemo(op: Pick<Op, 'memo'>, more: Memo): string {
  return JSON.stringify({ ...readMemo(op), ...more });
}

function safely(memo: string | null): JsonMap {
  try {
    return parseJson(memo ?? '{}', 5);
  } catch {
    return {};
  }
}
