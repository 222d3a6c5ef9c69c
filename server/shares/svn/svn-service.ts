import type { Upstream } from '../../../src/svn/upstream.js';
import type { PathRules } from './path-rules.js';
import type { SvnRepair } from './repair.js';

/** Why there is no Apache that could serve. */
export interface SvnFault {
  /** For whoever asks: without paths. */
  readonly sentence: string;
  /** For an administrator. */
  readonly reason: string;
}

/** The way to the Apache behind an svn share. */
export interface SvnService {
  readonly upstream: Upstream;
  /** Asked before each request; missing where the share has none. */
  readonly rules?: PathRules;
  /** Missing where the repositories are another machine's. */
  readonly repair?: SvnRepair;
  /** Why nothing is served yet; missing where Apache is none of davgate's. */
  readonly unserved?: () => SvnFault | undefined;
}
