import { encodePath, hrefOf, type Target } from './target.js';

/** Stands in for this server's origin if that is not known. */
const unknownOrigin = 'https://davgate.invalid';
/** The longest `next`, in characters: proxies accept header fields of 4 KiB, and it is encoded twice. */
const maximumNext = 1000;

/**
 * The Location that sends a person to the site's login page and back again: LOGIN_URL with `next`, as
 * `django.contrib.auth.views.redirect_to_login` writes it. `next` is our own path and query, from a parsed target, so
 * it cannot lead to another host. If the login page is on another host, `next` includes our origin: Django's LoginView
 * follows that only if `success_url_allowed_hosts` names our host, and goes to LOGIN_REDIRECT_URL otherwise. A long
 * query, or even a long path, is omitted.
 * @param loginUrl LOGIN_URL: a path, or an absolute URL
 * @param publicOrigin this server as browsers address it; undefined: `next` is a path, whatever the host
 * @returns undefined if `loginUrl` is neither, or is the requested page itself, which would be a loop
 */
export function loginRedirect(loginUrl: string, target: Target, publicOrigin?: string): string | undefined {
  const here = publicOrigin ?? unknownOrigin;
  if (!/^(?:\/|https?:\/\/)/i.test(loginUrl) || !URL.canParse(loginUrl, here)) return undefined;
  const login = new URL(loginUrl, here);
  const isOurs = login.origin === new URL(here).origin;
  if (isOurs && withoutSlash(login.pathname) === withoutSlash(encodePath(target.path))) return undefined;
  const base = isOurs || publicOrigin === undefined ? '' : new URL(publicOrigin).origin;
  const next = nextOf(target);
  login.searchParams.delete('next');
  if (next !== undefined) login.searchParams.set('next', `${base}${next}`);
  if (!isOurs) return login.href;
  return `${login.pathname.replace(/^\/+/, '/')}${login.search}${login.hash}`;
}

function nextOf({ path, collection, query }: Target): string | undefined {
  const href = hrefOf(path, collection);
  const whole = query === '' ? href : `${href}?${query}`;
  return [whole, href].find(({ length }) => length <= maximumNext);
}

function withoutSlash(path: string): string {
  return path.replace(/\/$/, '');
}
