// A folder in memory for the /scratch share, empty again after a restart.
// It shows how a share gets a storage of one's own: a module whose default export
// returns any webdav-server v2 FileSystem. It is called with the options that stand
// beside `module` in shares.json; this one needs none.
import { v2 } from 'webdav-server';

export default function scratchStorage() {
  return new v2.VirtualFileSystem();
}
