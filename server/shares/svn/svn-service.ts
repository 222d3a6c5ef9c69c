import type { Upstream } from '../../../src/svn/upstream.js';
import type { PathRules } from './path-rules.js';
import type { SvnRepair } from './commit-repair.js';

export interface SvnFault {
  /** For the user: without file paths. */
  readonly sentence: string;
  /** For the administrator. */
  readonly reason: string;
}

export interface SvnService {
  readonly upstream: Upstream;
  /** Consulted before each request; undefined if the share has no path rules. */
  readonly rules?: PathRules;
  /** Undefined if the repositories are on another machine. */
  readonly repair?: SvnRepair;
  /** Why the share is not served yet; undefined if davgate does not run its Apache. */
  readonly unserved?: () => SvnFault | undefined;
}
