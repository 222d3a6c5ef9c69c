import type { IncomingMessage, ServerResponse } from 'node:http';

const awaiting = Symbol('awaiting 100 Continue');

/** Marks a request whose client waits for 100 Continue before it sends the body. */
export function awaitContinue(req: IncomingMessage): void {
  Object.defineProperty(req, awaiting, { value: true, writable: true });
}

export function isAwaitingContinue(req: IncomingMessage): boolean {
  return awaiting in req && req[awaiting] === true;
}

/** Tells the client to send its body. Call once the request is known to be acceptable. */
export function sendContinue(req: IncomingMessage, res: ServerResponse): void {
  if (!isAwaitingContinue(req)) return;
  Object.defineProperty(req, awaiting, { value: false });
  res.writeContinue();
}
