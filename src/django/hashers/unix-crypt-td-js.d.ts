/** The package has no types of its own. */
declare module 'unix-crypt-td-js' {
  /**
   * crypt(3) with DES.
   * @param password bytes, read up to the first NUL
   * @param salt two characters
   * @returns 13 characters, beginning with the salt
   */
  function unixCrypt(password: readonly number[], salt: string): string;
  export = unixCrypt;
}
