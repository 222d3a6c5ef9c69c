import type { Sample, Samples } from './experiments/experiment.js';
import { median } from './measuring.js';
import { rowNames, type PeerName, type RowName } from './rows.js';

/** The medians of a row's samples. */
export interface Figure {
  readonly figure: number;
  readonly microseconds: number | undefined;
  readonly generatorMicroseconds: number | undefined;
  readonly generatorBusy: number | undefined;
}

/** Collects samples; gives their medians. */
export class Results {
  readonly #samples = new Map<RowName, Map<PeerName, Sample[]>>();

  add(peer: PeerName, samples: Samples): void {
    for (const row of rowNames) {
      const sample = samples[row];
      if (!sample) continue;
      const peers = this.#samples.get(row) ?? new Map<PeerName, Sample[]>();
      this.#samples.set(row, peers);
      peers.set(peer, [...(peers.get(peer) ?? []), sample]);
    }
  }

  /** @returns undefined where nothing was measured */
  get(row: RowName, peer: PeerName): Figure | undefined {
    const samples = this.#samples.get(row)?.get(peer);
    if (!samples) return undefined;
    return {
      figure: median(samples.map(({ figure }) => figure)),
      microseconds: medianOf(samples.map(({ microseconds }) => microseconds)),
      generatorMicroseconds: medianOf(samples.map(({ generator }) => generator?.generatorMicroseconds)),
      generatorBusy: medianOf(samples.map(({ generator }) => generator?.generatorBusy)),
    };
  }

  /** The rows with any figure, in order. */
  rows(): RowName[] {
    return rowNames.filter((row) => this.#samples.has(row));
  }
}

function medianOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : median(known);
}
