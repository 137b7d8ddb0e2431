/** The secret that protects the keys of a device where they lie. */
export const STORE_KEY = 'key-store';
