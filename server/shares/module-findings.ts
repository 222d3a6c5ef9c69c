import type { Finding } from '../../src/config/finding.js';
import type { WebdavShare } from '../../src/config/kinds/webdav.js';
import { placeOf } from '../../src/config/problems.js';
import { isFailure } from '../../src/failure.js';
import { loadFileSystem } from '../../src/storage/module/file-system-module.js';
import type { Numbered } from './share.js';

/** Loads the storage modules and creates their file systems, to see whether that works. */
export async function moduleFindings(shares: readonly Numbered<WebdavShare>[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { share, index } of shares) {
    if (share.storage.kind !== 'module') continue;
    const { module, options, folder } = share.storage;
    try {
      await loadFileSystem(module, folder, options);
    } catch (error) {
      if (!isFailure(error)) throw error;
      findings.push({
        gravity: 'refusal',
        place: placeOf(['shares', index, 'storage', 'module']),
        message: error.message,
      });
    }
  }
  return findings;
}
