/** Where a command writes. */
export interface Output {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** How many characters fit on a line of help. */
  readonly columns: number;
}
