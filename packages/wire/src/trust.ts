/** Whom to trust with an account. */
export interface TrustPolicy {
  /** Certificate authorities in PEM that replace the system's, or null. */
  readonly authorities: string | null;
  /** SHA-256 fingerprints (upper-case pairs with colons) of certificates that the user accepted for this account. */
  readonly pinned: readonly string[];
}

/** What to show of ourselves: a client certificate and its key, both PEM (SASL EXTERNAL). */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
}
