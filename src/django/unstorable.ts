import { DBError } from 'objection';

/**
 * How servers say that a text is no value of the column it is compared with. PostgreSQL (manual, appendix A):
 * invalid_text_representation and numeric_value_out_of_range. MySQL and MariaDB: 1267, a text in characters that the
 * column's character set lacks; 4078, no UUID (MariaDB's type).
 */
const reasons: readonly unknown[] = ['22P02', '22003', 1267, 4078];

/** Whether a query failed only because its column could never hold what was looked for: nobody has that. */
export function isUnstorable(error: unknown): boolean {
  const native: unknown = error instanceof DBError ? error.nativeError : error;
  if (!(native instanceof Error)) return false;
  return (
    ('code' in native && reasons.includes(native.code)) ||
    ('errno' in native && reasons.includes(native.errno))
  );
}
