/** Where a command writes. */
export interface Output {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** The width of a line of help, in characters. */
  readonly columns: number;
}
