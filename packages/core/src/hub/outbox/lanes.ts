import type { Operation, OperationId } from '../../model/index.ts';
import { isFinal } from '../../model/index.ts';

/**
 * The operations of one account that are not final, in lanes: order is kept within a conversation, and no conversation
 * waits for another.
 */
export class Lanes {
  readonly #lanes = new Map<string, OperationId[]>();
  readonly #known = new Set<OperationId>();

  /** Notes an operation; those that are known or final change nothing. */
  add(operation: Operation): void {
    if (isFinal(operation.state) || this.#known.has(operation.id)) return;
    this.#known.add(operation.id);
    const name = laneOf(operation);
    const lane = this.#lanes.get(name);
    if (lane) lane.push(operation.id);
    else this.#lanes.set(name, [operation.id]);
  }

  names(): readonly string[] {
    return [...this.#lanes.keys()];
  }

  /** The operation whose turn it is. */
  first(name: string): OperationId | undefined {
    return this.#lanes.get(name)?.[0];
  }

  /** The first one is final. */
  shift(name: string): void {
    const lane = this.#lanes.get(name);
    const gone = lane?.shift();
    if (gone !== undefined) this.#known.delete(gone);
    if (lane?.length === 0) this.#lanes.delete(name);
  }
}

/** Messages and what refers to them stay in order; a read marker waits for no message that fails to go out. */
function laneOf({ conversation, body, id }: Operation): string {
  if (body.type === 'mark-read') return `read ${conversation ?? id}`;
  return conversation ?? body.type;
}
