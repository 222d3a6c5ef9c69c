/** Stands in a declaration for a secret that was not printed. Never accepted as one: everyone knows it. */
export const redacted = 'LEFT-OUT';
