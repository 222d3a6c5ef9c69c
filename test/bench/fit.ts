/** A power law `value = factor · size ^ exponent`, fitted by least squares on the logarithms. */
export interface PowerLaw {
  readonly exponent: number;
  readonly factor: number;
  /**
   * The root mean square of the logarithms' residuals: 0.1 means that the points lie about ten per cent off the line.
   */
  readonly residual: number;
}

/** @returns undefined for fewer than two different sizes, or what has no logarithm */
export function fitPowerLaw(
  points: readonly (readonly [size: number, value: number])[],
): PowerLaw | undefined {
  if (points.some(([size, value]) => !(size > 0) || !(value > 0))) return undefined;
  const logs = points.map(([size, value]) => [Math.log(size), Math.log(value)] as const);
  const meanX = mean(logs.map(([x]) => x));
  const meanY = mean(logs.map(([, y]) => y));
  const spread = mean(logs.map(([x]) => (x - meanX) ** 2));
  if (!(spread > 0)) return undefined;
  const exponent = mean(logs.map(([x, y]) => (x - meanX) * (y - meanY))) / spread;
  const intercept = meanY - exponent * meanX;
  const residual = Math.sqrt(mean(logs.map(([x, y]) => (y - intercept - exponent * x) ** 2)));
  return { exponent, factor: Math.exp(intercept), residual };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
