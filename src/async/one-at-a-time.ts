/**
 * Does `work` whenever it is asked for, once at a time: however often that is while it is being done, it is done once
 * more, since what is under way may have begun too early for them.
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
