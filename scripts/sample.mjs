import { createCipheriv } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { must, which } from './commands.mjs';
import { root, say } from './say.mjs';

const megabyte = 1024 * 1024;
const filmMegabytes = 48;

/** Creates the parts of the sample that are not under version control: a film and a Subversion repository. */
export function ensureSample(folder = `${root}/repos-sample`) {
  mkdirSync(`${folder}/var`, { recursive: true, mode: 0o700 });
  ensureFilm(`${folder}/media/film.mp4`);
  ensureRepository(`${folder}/svn`, `${folder}/sample.svndump`);
}

/** Creates a file with the size and outer structure of a film: an ftyp box, and an mdat box with reproducible noise. */
function ensureFilm(file) {
  if (existsSync(file)) return;
  say(`creating a sample film of ${filmMegabytes} MB …`);
  const part = `${file}.part`;
  const descriptor = openSync(part, 'w');
  const size = filmMegabytes * megabyte;
  const ftyp = Buffer.concat([uint32(20), Buffer.from('ftypisom'), uint32(512), Buffer.from('isom')]);
  const mdat = Buffer.concat([uint32(size - ftyp.length), Buffer.from('mdat')]);
  const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16, 'davgate'), Buffer.alloc(16));
  const blank = Buffer.alloc(megabyte);
  let left = size - ftyp.length - mdat.length;
  writeSync(descriptor, Buffer.concat([ftyp, mdat]));
  while (left > 0) {
    const chunk = noise.update(blank).subarray(0, left);
    writeSync(descriptor, chunk);
    left -= chunk.length;
  }
  closeSync(descriptor);
  renameSync(part, file);
}

function uint32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function ensureRepository(folder, dump) {
  mkdirSync(folder, { recursive: true });
  if (existsSync(`${folder}/sample`)) return;
  const svnadmin = which('svnadmin');
  if (svnadmin === undefined) return;
  say('creating the sample Subversion repository …');
  const unfinished = `${folder}/.sample.new`;
  rmSync(unfinished, { recursive: true, force: true });
  must(svnadmin, ['create', unfinished]);
  const input = openSync(dump, 'r');
  must(svnadmin, ['load', '--quiet', unfinished], { stdio: [input, 'ignore', 'inherit'] });
  closeSync(input);
  giveToServiceUser(folder);
  renameSync(unfinished, `${folder}/sample`);
}

/**
 * Apache does not run as root: if root starts the sample, this gives the repository to a user that Apache can run as.
 */
function giveToServiceUser(folder) {
  if (process.geteuid?.() !== 0) return;
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name, , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  );
  const user = ['www-data', 'apache', 'http', 'nobody'].map((name) => users.get(name)).find(Boolean);
  if (user) chownTree(folder, user);
}

function chownTree(path, user) {
  chownSync(path, user.uid, user.gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) chownTree(`${path}/${name}`, user);
}
