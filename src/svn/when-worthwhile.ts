import type { IncomingMessage } from 'node:http';

/**
 * Resolves when a body that is sent on as it comes is worth a slot: when it has arrived whole, or so much of it that no
 * more is read ahead, or when nothing more comes of it.
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
