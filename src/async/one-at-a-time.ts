/**
 * Runs `work` on request, never twice at the same time: all requests during a run share one further run, because the
 * current one may have begun too early for them.
 * @param work never rejects
 */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (!running) return begin();
    following ??= running.then(() => {
      following = undefined;
      return begin();
    });
    return following;
  };
}
