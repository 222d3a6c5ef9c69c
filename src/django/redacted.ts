/** Stands in a declaration for a secret that was not printed. Never accepted as a secret, because everyone knows it. */
export const redacted = 'LEFT-OUT';
