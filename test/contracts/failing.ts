import { isFailure, type FailureKind } from '../../src/failure.js';

/** For `assert.rejects` and `assert.throws`: a failure of this kind. */
export function failing(kind: FailureKind): (error: unknown) => true {
  return (error) => {
    if (isFailure(error, kind)) return true;
    const found = isFailure(error) ? error.kind : String(error);
    throw new Error(`A failure of kind ${kind} was expected, not ${found}.`, { cause: error });
  };
}
