/**
 * `floor-program.js FOLDER WORKERS`: what node:http costs, with nothing else: opens, fstats, reads and closes the file that
 * is asked for. It answers one PROPFIND, of depth 0, with ready text, after it has opened and closed the file.
 */
import cluster from 'node:cluster';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

const [, , folder = '.', workers = '1'] = process.argv;

const multistatus = Buffer.from(
  `<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">${'x'.repeat(900)}</D:multistatus>`,
);

function answer(req: IncomingMessage, res: ServerResponse): void {
  if (req.url === '/') {
    res.writeHead(200, { 'Content-Length': 0 }).end();
    return;
  }
  const descriptor = openSync(folder + (req.url ?? '/'), 'r');
  const { size, mtimeMs } = fstatSync(descriptor);
  const tag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
  if (req.method === 'PROPFIND') {
    closeSync(descriptor);
    req.resume();
    req.once('end', () => {
      res.writeHead(207, { 'Content-Type': 'application/xml', 'Content-Length': multistatus.length });
      res.end(multistatus);
    });
    return;
  }
  if (req.headers['if-none-match'] === tag) {
    closeSync(descriptor);
    res.writeHead(304, { ETag: tag }).end();
    return;
  }
  const content = Buffer.allocUnsafe(size);
  readSync(descriptor, content, 0, size, 0);
  closeSync(descriptor);
  res.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': size, ETag: tag }).end(content);
}

if (cluster.isPrimary && Number(workers) > 1) {
  for (let worker = 0; worker < Number(workers); worker += 1) cluster.fork();
  process.once('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.kill();
    process.exit(0);
  });
} else {
  createServer({ keepAliveTimeout: 600_000 }, answer).listen(Number(process.env.PORT), '127.0.0.1');
}
