export class SingleFlight<K, V> {
  readonly #flights = new Map<K, Promise<V>>();

  /** The result of `work`, or of the work in progress for `key`, including its rejection. Keeps nothing afterwards. */
  run(key: K, work: () => Promise<V>): Promise<V> {
    const underWay = this.#flights.get(key);
    if (underWay) return underWay;
    const flight = work().finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }
}
