import type { IncomingMessage } from 'node:http';

/**
 * Resolves when a streamed body is worth a slot: when it has arrived completely, when no more of it is read ahead, or
 * when nothing more will come.
 */
export async function whenWorthwhile(body: IncomingMessage): Promise<void> {
  const isWorthwhile = (): boolean =>
    body.complete || body.destroyed || body.readableLength >= body.readableHighWaterMark;
  if (isWorthwhile()) return;
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (!isWorthwhile()) return;
      body.off('readable', look);
      body.off('close', look);
      resolve();
    };
    body.on('readable', look);
    body.on('close', look);
    body.read(0);
  });
}
