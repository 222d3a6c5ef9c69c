import { readSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { BytesPipe } from '../../src/storage/apart/bytes-pipe.js';
import { FolderServer } from '../../src/storage/apart/folder-server.js';
import { frameOf } from '../../src/storage/apart/frames.js';
import { isToFolder, type Taking } from '../../src/storage/apart/messages.js';
import { isAlive } from '../environment.js';

/** The pipe on which this process waits for an answer. */
const takingPipe = 4;

/** The pipe for the bytes of files. */
const bytesPipe = 5;

/** Serves one folder, in a process of its own that may hang with its disk; src/storage/apart/folder-process.ts starts it. */
const server = new FolderServer(
  {
    send: (message) => {
      if (message.kind === 'reply' && Buffer.isBuffer(message.gives)) {
        bytes.send(message.id, message.gives);
        return;
      }
      process.send?.(message, undefined, undefined, () => undefined);
    },
    takes: (taking) => askAndWait(taking),
  },
  { pid: process.pid, isAlive },
);

const bytes = new BytesPipe(new Socket({ fd: bytesPipe }), (id, chunk) => {
  server.receive({ kind: 'answer', id, answer: { answers: 'bytes', bytes: chunk } });
});

process.on('message', (message: unknown) => {
  if (isToFolder(message)) server.receive(message);
});
process.once('disconnect', () => {
  process.exit();
});
// Who started this process ends it, when the requests under way are over.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);

function askAndWait(taking: Taking): number {
  const frame = frameOf(taking);
  for (let sent = 0; sent < frame.length;) sent += writeSync(takingPipe, frame, sent);
  const answer = Buffer.alloc(1);
  // Nobody is there to answer.
  if (readSync(takingPipe, answer) === 0) process.exit();
  return answer.readUInt8();
}
