/** Does equal work that is asked for at the same time only once. */
export class SingleFlight<K, V> {
  readonly #flights = new Map<K, Promise<V>>();

  /** What `work` gives, or what the work under way for `key` will give, its rejection too. Nothing is kept after. */
  run(key: K, work: () => Promise<V>): Promise<V> {
    const underWay = this.#flights.get(key);
    if (underWay) return underWay;
    const flight = work().finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }
}
