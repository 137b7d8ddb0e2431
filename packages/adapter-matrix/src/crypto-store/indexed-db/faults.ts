/** The error of a name that is not there or not in the transaction's scope. */
export function storeNotFound(name: string): DOMException {
  return new DOMException(`no object store or index ${name} here`, 'NotFoundError');
}

/** The error of what an object that was deleted is asked. */
export function deleted(): DOMException {
  return new DOMException('it was deleted', 'InvalidStateError');
}
