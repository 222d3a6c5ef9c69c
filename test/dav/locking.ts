import assert from 'node:assert/strict';
import type { Answer, Asking, DavSite } from './dav-site.js';
import { all, only, readTree, type Node } from './xml-tree.js';

/** A lockinfo body. */
export function lockInfo(scope = 'exclusive', owner = ''): string {
  return (
    '<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:">' +
    `<D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype>${owner}</D:lockinfo>`
  );
}

export interface Taking extends Omit<Asking, 'body'> {
  readonly scope?: 'exclusive' | 'shared';
  readonly depth?: string;
}

/** Asks for a lock. */
export function askLock(site: DavSite, target: string, taking: Taking = {}): Promise<Answer> {
  const { scope = 'exclusive', depth, headers = {}, ...rest } = taking;
  return site.ask('LOCK', target, {
    ...rest,
    headers: { ...headers, ...(depth === undefined ? {} : { depth }) },
    body: lockInfo(scope),
  });
}

/** Takes a lock, or fails the test. @returns its token */
export async function takeLock(site: DavSite, target: string, taking: Taking = {}): Promise<string> {
  const answer = await askLock(site, target, taking);
  assert.ok(answer.status === 200 || answer.status === 201, `LOCK ${target}: ${answer.status}`);
  const token = /^<(urn:uuid:[0-9a-f-]{36})>$/.exec(answer.header('Lock-Token') ?? '')?.[1];
  assert.ok(token !== undefined, 'a token');
  return token;
}

/** What an activelock element says. */
export interface ActiveLock {
  readonly scope: string | undefined;
  readonly depth: string;
  readonly owner: Node | undefined;
  readonly timeout: string;
  readonly token: string | undefined;
  readonly root: string;
}

/** The locks that a lockdiscovery element shows. */
export function activeLocks(discovery: Node): ActiveLock[] {
  assert.equal(discovery.name, '{DAV:}lockdiscovery');
  return all(discovery, '{DAV:}activelock').map((lock) => {
    const [token] = all(lock, '{DAV:}locktoken');
    assert.equal(only(lock, '{DAV:}locktype').elements[0]?.name, '{DAV:}write');
    return {
      scope: only(lock, '{DAV:}lockscope').elements[0]?.name.replace('{DAV:}', ''),
      depth: only(lock, '{DAV:}depth').text,
      owner: all(lock, '{DAV:}owner')[0],
      timeout: only(lock, '{DAV:}timeout').text,
      token: token && only(token, '{DAV:}href').text,
      root: only(only(lock, '{DAV:}lockroot'), '{DAV:}href').text,
    };
  });
}

/** The locks that the body of an answer to LOCK shows. */
export function locksIn(answer: Answer): ActiveLock[] {
  const root = readTree(answer.text);
  assert.equal(root.name, '{DAV:}prop');
  return activeLocks(only(root, '{DAV:}lockdiscovery'));
}

/** The locks that PROPFIND shows on a resource. */
export async function locksAt(site: DavSite, target: string, as = 'alice'): Promise<ActiveLock[]> {
  const answer = await site.ask('PROPFIND', target, {
    as,
    headers: { depth: '0' },
    body: '<propfind xmlns="DAV:"><prop><lockdiscovery/></prop></propfind>',
  });
  const discovery = answer.members()[0]?.properties.get(200)?.get('{DAV:}lockdiscovery');
  assert.ok(discovery);
  return activeLocks(discovery);
}
