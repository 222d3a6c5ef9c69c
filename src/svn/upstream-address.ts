/** Where the child listens now, and what it must be shown. */
export interface UpstreamAddress {
  /** TCP port of the loopback address 127.0.0.1. */
  readonly port: number;
  /** 64 hexadecimal digits, new at every start of the child. */
  readonly secret: string;
}
