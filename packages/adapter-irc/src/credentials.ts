/** The secret of an account: its password with SASL, or the server's. */
export const PASSWORD = 'password';
/** The key of the client certificate, in PEM. */
export const KEY = 'key';
/** The policy of a server that wants TLS (STS): kept like the mechanism below, and for the same reason. */
export const STRICT_TRANSPORT = 'sts';
/** The mechanism of the last sign-in: nothing weaker is used. Kept as a secret, which nobody on the network can change. */
export const MECHANISM = 'mechanism';
