/** The parts of docs/benchmarks.md that a run writes. All else is kept as it stands. */
export type Section = 'table' | 'growth';

const begin = (section: Section): string => `<!-- ${section}: written by npm run bench -->`;
const end = (section: Section): string => `<!-- end of ${section} -->`;

/** The document before the first run. */
export const emptyDocument = [
  '# Benchmarks',
  '',
  '`npm run bench` measures davgate beside other servers, and `npm run bench -- growth` how it grows; both write their',
  'part of this page. What is between their marks is replaced, all else is kept.',
  '',
  '`--only ROW,…` measures some rows, `--peers NAME,…` some servers, `--rounds N` more often than',
  'five times, `--cores N` gives the servers more than two cores, and `--seconds N` makes each load last longer than half a',
  'second. A run that is not whole is printed and not saved.',
  '',
  begin('table'),
  end('table'),
  '',
  '## Missed targets',
  '',
  'What bounds each, measured, and what was tried. This part is written by hand.',
  '',
  begin('growth'),
  end('growth'),
  '',
].join('\n');

/**
 * Replaces one section of a document.
 * @throws RangeError if the document does not have its two marks, once each and in order
 */
export function replaceSection(document: string, section: Section, text: string): string {
  const from = soleIndex(document, begin(section));
  const to = soleIndex(document, end(section));
  if (from === undefined || to === undefined || to < from)
    throw new RangeError(
      `The document must have these marks once, in order: ${begin(section)} ${end(section)}`,
    );
  return `${document.slice(0, from)}${begin(section)}\n\n${text.trim()}\n\n${document.slice(to)}`;
}

function soleIndex(text: string, part: string): number | undefined {
  const index = text.indexOf(part);
  return index < 0 || text.includes(part, index + 1) ? undefined : index;
}
