/** How a test of Subversion's suite ended, in the suite's words; `XFAIL` failed as it was expected to. */
export type Outcome = 'PASS' | 'FAIL' | 'XFAIL' | 'XPASS' | 'SKIP';

/** A test of the suite and how it ended. */
export interface TestOutcome {
  /** Such as `basic_tests.py 17`. */
  readonly test: string;
  /** What it tries, in the suite's words. */
  readonly title: string;
  readonly outcome: Outcome;
}

/** A test that went as expected against Apache alone and not through davgate. */
export interface Difference {
  readonly test: string;
  readonly title: string;
  readonly apache: Outcome;
  /** Undefined: the suite ended before the test did. */
  readonly davgate: Outcome | undefined;
}

/** How the outcomes of two servers compare. */
export interface Comparison {
  readonly differences: readonly Difference[];
  /** Those that the suite expects to fail, as they do against Apache alone, and that pass through davgate. */
  readonly better: readonly TestOutcome[];
  /** Those that fail against Apache alone, which are not held against davgate. */
  readonly failingAnyway: readonly TestOutcome[];
  /** Those that the suite itself skips, for both alike. */
  readonly skipped: number;
  readonly alike: number;
}

const line = /^(PASS|FAIL|XFAIL|XPASS|SKIP): +(\S+_tests\.py \d+): (.*)$/;

/** The outcomes in what a program of the suite writes; tracebacks and the output of svn are passed over. */
export function parseOutcomes(text: string): readonly TestOutcome[] {
  return text.split('\n').flatMap((row) => {
    const [, word, test, title] = line.exec(row) ?? [];
    const outcome = outcomes.find((known) => known === word);
    return outcome === undefined || test === undefined ? [] : [{ test, title: title ?? '', outcome }];
  });
}

const outcomes: readonly Outcome[] = ['PASS', 'FAIL', 'XFAIL', 'XPASS', 'SKIP'];

/** What is held against davgate: every test that went as expected against Apache alone and fails through davgate. */
export function compare(apache: readonly TestOutcome[], davgate: readonly TestOutcome[]): Comparison {
  const through = new Map(davgate.map(({ test, outcome }) => [test, outcome]));
  const expected = apache.filter(({ outcome }) => outcome === 'PASS' || outcome === 'XFAIL');
  const differences = expected
    .map(({ test, title, outcome }) => ({ test, title, apache: outcome, davgate: through.get(test) }))
    .filter(({ davgate: other }) => other === undefined || !isWell(other));
  const better = expected.filter(({ test }) => through.get(test) === 'XPASS');
  return {
    differences,
    better,
    failingAnyway: apache.filter(({ outcome }) => outcome === 'FAIL' || outcome === 'XPASS'),
    skipped: apache.filter(({ outcome }) => outcome === 'SKIP').length,
    alike: expected.length - differences.length - better.length,
  };
}

/** Whether a test passed, or failed as the suite expects. */
export function isWell(outcome: Outcome): boolean {
  return outcome === 'PASS' || outcome === 'XFAIL' || outcome === 'XPASS';
}
