import type { Share } from './share.js';

/** Opens shares in turn. If one cannot be opened, closes those before it. */
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
