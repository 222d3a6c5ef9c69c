import type { Share } from './share.js';

/** Opens shares one after the other; where one cannot be opened, those before it are closed again. */
export async function openEach<D>(
  declared: readonly D[],
  open: (declared: D) => Share | Promise<Share>,
): Promise<readonly Share[]> {
  const opened: Share[] = [];
  try {
    for (const each of declared) opened.push(await open(each));
  } catch (error) {
    for (const share of opened) await share.close();
    throw error;
  }
  return opened;
}
