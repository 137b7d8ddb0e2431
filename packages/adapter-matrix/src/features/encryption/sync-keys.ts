import type { Json, JsonObject } from '@natter/core/model';

/** What a sync brings for the machine (Matrix 1.16, section "Extensions to /sync" of end-to-end encryption). */
export interface SyncKeys {
  readonly toDevice: readonly Json[];
  /** Users whose devices changed, and those with whom no encrypted room is shared any more. */
  readonly changed: readonly string[];
  readonly left: readonly string[];
  /** How many one-time keys the server has, by algorithm. */
  readonly counts: ReadonlyMap<string, number>;
  /** Undefined where the server knows no fallback keys. */
  readonly unusedFallback: ReadonlySet<string> | undefined;
}

/** Reads them from the answer to `/sync`. */
export function readSyncKeys(answer: JsonObject): SyncKeys {
  const lists = mapOf(answer['device_lists']);
  const counts = Object.entries(mapOf(answer['device_one_time_keys_count'])).filter(isCount);
  const unused = answer['device_unused_fallback_key_types'];
  return {
    toDevice: listOf(mapOf(answer['to_device'])['events']),
    changed: textsOf(lists['changed']),
    left: textsOf(lists['left']),
    counts: new Map(counts),
    unusedFallback: unused === undefined ? undefined : new Set(textsOf(unused)),
  };
}

function isCount(entry: [string, unknown]): entry is [string, number] {
  const [, count] = entry;
  return Number.isSafeInteger(count) && Number(count) >= 0;
}

function mapOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function textsOf(value: Json | undefined): string[] {
  return listOf(value).filter((item) => typeof item === 'string');
}
