import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { curl } from '../helpers/programs.js';

/** A backend that answers with the header fields it gets. */
export async function echo(): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((req, res) => {
    res.end(JSON.stringify({ url: req.url, fields: req.rawHeaders }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = server.address();
  return {
    port: typeof at === 'object' && at !== null ? at.port : 0,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Arguments of curl for a client that says it is the administrator. */
export const spoofed: readonly string[] = [
  'Remote-User',
  'Remote_User',
  'remote-groups',
  'Remote_Groups',
  'Remote-Name',
  'Remote_Name',
  'Remote-Email',
  'Remote_Email',
].flatMap((field) => ['--header', `${field}: admin`]);

/** The header fields that an echoing backend got, in UTF-8; an underscore in a name is a hyphen. */
export async function fieldsGot(url: string, args: readonly string[]): Promise<Map<string, string[]>> {
  const { status, body } = await curl(url, args);
  assert.equal(status, 200);
  const parsed: unknown = JSON.parse(body.toString());
  assert.ok(
    typeof parsed === 'object' && parsed !== null && 'fields' in parsed && Array.isArray(parsed.fields),
  );
  const fields = parsed.fields.map(String);
  const all = new Map<string, string[]>();
  for (let at = 0; at < fields.length; at += 2) {
    const name = (fields[at] ?? '').toLowerCase().replaceAll('_', '-');
    const value = Buffer.from(fields[at + 1] ?? '', 'latin1').toString('utf8');
    all.set(name, [...(all.get(name) ?? []), value]);
  }
  return all;
}
