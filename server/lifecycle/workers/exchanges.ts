import { z } from 'zod';
import type { ServerPath } from '../../../src/http/target.js';
import type { Exchange, News } from './channel.js';

/** Everything that a worker asks the parent, tells it and is told by it while it answers requests. */

const nothing = z.null();
const path = z.custom<ServerPath>((value) => typeof value === 'string' && value.startsWith('/'));
const bytes = z.int();

/** Declarations are numbered in the order in which they are loaded. */
export const generation = z.int().min(1);

function exchange<Q, A>(name: string, question: z.ZodType<Q>, answer: z.ZodType<A>): Exchange<Q, A> {
  return { name, question, answer };
}

function news<N>(name: string, content: z.ZodType<N>): News<N> {
  return { name, content };
}

/** Whether a password is the one that is stored encoded; null: there is none. */
export const checkPassword = exchange(
  'check-password',
  z.strictObject({
    generation,
    password: z.string().max(65_536),
    encoded: z.string().max(4096).nullable(),
  }),
  z.boolean(),
);

const verified = {
  hashers: z.string().max(65_536),
  key: z.string().max(250),
  place: z.string().max(250),
};

/** The encoded password that credentials were found to match, by any worker, when they came from this place. */
export const findVerified = exchange('find-verified', z.strictObject(verified), z.string().nullable());
export const rememberVerified = news(
  'remember-verified',
  z.strictObject({ ...verified, encoded: z.string().max(4096) }),
);

const siteUser = z.strictObject({ id: z.string().max(256), username: z.string().max(4096) });

const rowProof = z.strictObject({ digest: z.string().max(256), nonce: z.string().max(256) });

/** Who has this name and password by the site's own code. */
export const signInBySite = exchange(
  'sign-in-by-site',
  z.strictObject({
    generation,
    username: z.string().max(65_536),
    password: z.string().max(65_536),
    place: z.string().max(256).nullable(),
    address: z.string().max(256).nullable(),
  }),
  z.union([
    z.strictObject({ user: siteUser.nullable(), proof: rowProof.nullable() }),
    /** It was given the password, and did not answer. */
    z.strictObject({ inVain: z.literal(true) }),
  ]),
);

/** What a user may by the site's own code. */
export const permissionsBySite = exchange(
  'permissions-by-site',
  z.strictObject({ generation, user: siteUser.extend({ encodedPassword: z.string().max(4096) }) }),
  z.array(z.string()),
);

const count = z.strictObject({ failures: z.number(), endsIn: z.number() });
const counted = z.string().min(1).max(250);

export const readFailures = exchange('read-failures', z.strictObject({ key: counted }), count.nullable());
export const addFailure = exchange(
  'add-failure',
  z.strictObject({ key: counted, seconds: z.int().min(1).max(86_400) }),
  count,
);
export const takeBackFailure = exchange('take-back-failure', z.strictObject({ key: counted }), nothing);
export const clearFailures = exchange('clear-failures', z.strictObject({ key: counted }), nothing);

const paths = z.array(z.string().max(65_536)).max(16);

export const claim = z.strictObject({ writes: paths, reads: paths, sees: paths });

/** Waits for a turn at paths; the worker that asks numbers its turns. `alone`: at one resource, for a moment. */
export const takeTurn = exchange(
  'take-turn',
  z.strictObject({ turn: z.int(), claim, owner: z.string().max(4096), alone: z.boolean() }),
  z.strictObject({ written: z.array(z.string()) }),
);
export const endTurn = exchange('end-turn', z.strictObject({ turn: z.int(), changed: z.boolean() }), nothing);
/** Answered after everything that the parent has told the worker before. */
export const catchUp = exchange('catch-up', nothing, nothing);

/** To all workers: somebody's turn begins once they have answered. The parent numbers these. */
export const turnBegins = exchange(
  'turn-begins',
  z.strictObject({ turn: z.int(), claim, alone: z.boolean() }),
  nothing,
);
export const turnIsOver = news('turn-is-over', z.strictObject({ turn: z.int() }));

const meter = { generation, share: path };

/** Who asks first measures the share's storage, and answers with `measuredQuota` or `unmeasuredQuota`. */
export const beginQuota = exchange('begin-quota', z.strictObject(meter), z.enum(['measure', 'measured']));
export const measuredQuota = exchange('measured-quota', z.strictObject({ ...meter, bytes }), nothing);
export const unmeasuredQuota = news('unmeasured-quota', z.strictObject(meter));
export const beginElsewhere = exchange('begin-elsewhere', z.strictObject({ ...meter, bytes }), nothing);
export const quotaSpace = exchange(
  'quota-space',
  z.strictObject(meter),
  z.strictObject({ used: z.number(), available: z.number() }),
);
export const countQuota = exchange('count-quota', z.strictObject({ ...meter, bytes }), nothing);

const reservation = { ...meter, reservation: z.int() };

/** Reserves `bytes` in all. */
export const reserveQuota = exchange(
  'reserve-quota',
  z.strictObject({ ...reservation, bytes: bytes.min(0) }),
  nothing,
);
export const settleQuota = exchange('settle-quota', z.strictObject({ ...reservation, bytes }), nothing);
export const releaseQuota = exchange('release-quota', z.strictObject(reservation), nothing);

const svnStatus = z.strictObject({
  address: z
    .strictObject({
      scheme: z.enum(['http', 'https']),
      host: z.string(),
      port: z.int(),
      secret: z.string(),
    })
    .nullable(),
  fault: z.strictObject({ sentence: z.string(), reason: z.string() }).nullable(),
  /** The shares with path rules. */
  ruled: z.array(path),
});

export type SvnStatus = z.infer<typeof svnStatus>;

/** Where davgate's own Apache is; also told to the workers after each change. */
export const findSvn = exchange('find-svn', z.strictObject({ generation }), svnStatus);
export const svnChanged = news('svn-changed', z.strictObject({ generation, status: svnStatus }));
/** The share with the administrator's own Apache; null: all with davgate's. */
export const retireSvn = news('retire-svn', z.strictObject({ generation, share: path.nullable() }));
/** Answers with the groups that nobody defines, once the newest path rules are in use. */
export const readyRules = exchange(
  'ready-rules',
  z.strictObject({ ...meter, username: z.string().max(4096).nullable() }),
  z.array(z.string()),
);
