import { DBError } from 'objection';

/**
 * How servers report that a text is not a value of the column that it is compared with. PostgreSQL (manual, appendix
 * A): invalid_text_representation and numeric_value_out_of_range. MySQL and MariaDB: 1267, a text with characters that
 * the column's character set lacks; 4078, not a UUID (MariaDB's type).
 */
const reasons: readonly unknown[] = ['22P02', '22003', 1267, 4078];

/** Whether a query failed only because its column could never contain the requested value, so that no row has it. */
export function isUnstorable(error: unknown): boolean {
  const native: unknown = error instanceof DBError ? error.nativeError : error;
  if (!(native instanceof Error)) return false;
  return (
    ('code' in native && reasons.includes(native.code)) ||
    ('errno' in native && reasons.includes(native.errno))
  );
}
