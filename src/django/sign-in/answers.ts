import { z } from 'zod';
import type { SiteUser } from './site-sign-in.js';

/** What sign_in.py is asked, without the nonce. */
export type Question =
  | {
      readonly ask: 'user';
      readonly username: string;
      readonly password: string;
      /** The client's, as REMOTE_ADDR has it; null where it is not known. */
      readonly address: string | null;
    }
  | {
      readonly ask: 'permissions';
      readonly user: SiteUser;
      /** Those that `has_perm` is asked about, as `app_label.codename`. */
      readonly permissions: readonly string[];
    };

/** What it says first, once the site is loaded. */
export const readySchema = z.strictObject({ ready: z.literal(true) });

/** What each answer has: the nonce of its question. */
const echo = { nonce: z.string() };

/** An answer to whatever question. */
export const answerSchema = z.looseObject(echo);

/** The site's code raised: the kind of error and where, without the error's own words. */
export const errorSchema = z.strictObject({ ...echo, error: z.string() });

/** What proves which row the site has read (row-proof.ts); null where there is none. */
const proof = z.string().nullable();

export const userSchema = z.strictObject({
  ...echo,
  /** Who has that name and password; null where nobody has. */
  user: z.strictObject({ id: z.string(), username: z.string(), proof }).nullable(),
  /** The class of what a backend gave that is no user of AUTH_USER_MODEL. */
  stranger: z.string().optional(),
});

export const permissionsSchema = z.strictObject({ ...echo, permissions: z.array(z.string()), proof });
