/** The right to serve a store. Held until released, or until the process ends however it ends. */
export interface Lease {
  release(): void;
}

/** Gives out leases. An embedded store has one: two servers over one file would give positions twice. */
export interface Leases {
  /** @throws StartError when another server holds it. */
  acquire(): Lease;
}
