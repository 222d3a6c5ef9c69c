import type { Figure, Results } from './results.js';
import { advantage, peers, row, type PeerName, type RowName, type Unit } from './rows.js';
import type { Verdict } from './targets.js';

/** From this share of the time on, the load generator bounds a rate. */
const busy = 0.9;

/** A Markdown table; the first column is text, the others are figures. */
export function markdownTable(head: readonly string[], body: readonly (readonly string[])[]): string {
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '--:')), ...body];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Rates, times and memory, each with how it stands to Apache's. */
export function figureTable(results: Results, columns: readonly PeerName[]): string {
  const body = results.rows().map((name) => {
    const apache = results.get(name, 'apache');
    return [
      titled(name),
      ...columns.map((peer) => figureCell(row(name).unit, results.get(name, peer), peer, apache)),
    ];
  });
  return markdownTable(['', ...columns.map((peer) => peers[peer])], body);
}

/** Processor time, each with how it stands to Apache's. */
export function timeTable(results: Results, columns: readonly PeerName[]): string {
  const measured = results
    .rows()
    .filter((name) => columns.some((peer) => results.get(name, peer)?.microseconds !== undefined));
  const body = measured.map((name) => {
    const apache = results.get(name, 'apache')?.microseconds;
    return [
      `${row(name).title}, each ${row(name).each ?? ''}`,
      ...columns.map((peer) => timeCell(results.get(name, peer)?.microseconds, peer, apache)),
      generatorCell(columns.map((peer) => results.get(name, peer))),
    ];
  });
  return markdownTable(['', ...columns.map((peer) => peers[peer]), 'load generator'], body);
}

export function targetTable(verdicts: readonly Verdict[]): string {
  const body = verdicts.map(({ what, target, reached, met, aim }) => [
    what,
    aim ? `${target} (an aim)` : target,
    reached === undefined ? '–' : rounded(reached),
    met === undefined ? 'not measured' : met ? 'met' : 'missed',
  ]);
  return markdownTable(['', 'target', 'this run', ''], body);
}

function titled(name: RowName): string {
  const { title, unit } = row(name);
  return unit === 'ratio' ? title : `${title}, ${unit}`;
}

function figureCell(
  unit: Unit,
  figure: Figure | undefined,
  peer: PeerName,
  apache: Figure | undefined,
): string {
  if (!figure) return '–';
  const mark = (figure.generatorBusy ?? 0) >= busy ? '†' : '';
  const compares = apache !== undefined && peer !== 'apache' && unit !== 'ratio';
  const ratio = compares ? ` (${rounded(advantage(unit, figure.figure, apache.figure))})` : '';
  return `${rounded(figure.figure)}${mark}${ratio}`;
}

function timeCell(time: number | undefined, peer: PeerName, apache: number | undefined): string {
  if (time === undefined) return '–';
  const ratio = apache === undefined || peer === 'apache' ? '' : ` (${rounded(time / apache)})`;
  return `${inWords(time)}${ratio}`;
}

/** The range over all servers. */
function generatorCell(figures: readonly (Figure | undefined)[]): string {
  const times = figures.flatMap((figure) => figure?.generatorMicroseconds ?? []);
  if (times.length === 0) return '–';
  const [least, most] = [Math.min(...times), Math.max(...times)].map(inWords);
  return least === most ? (least ?? '') : `${least ?? ''} to ${most ?? ''}`;
}

/** A time in the unit that suits it. @param time in microseconds */
export function inWords(time: number): string {
  if (time < 1000) return `${rounded(time)} µs`;
  return time < 1_000_000 ? `${rounded(time / 1000)} ms` : `${rounded(time / 1_000_000)} s`;
}

/** Three digits, and commas between thousands. */
export function rounded(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const magnitude = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  const digits = Math.max(0, 2 - magnitude);
  if (digits > 0) return value.toFixed(Math.min(digits, 3));
  const step = 10 ** (magnitude - 2);
  return (Math.round(value / step) * step).toLocaleString('en-GB', { maximumFractionDigits: 0 });
}
