import type { Answer, Connection, SendOptions } from './connection.js';

/** Sends a request whose answer must have one of these statuses. @throws Error with what came instead */
export async function sent(
  connection: Connection,
  request: Buffer,
  statuses: readonly number[],
  options?: SendOptions,
): Promise<Answer> {
  const answer = await connection.send(request, options);
  if (statuses.includes(answer.status)) return answer;
  const [line = ''] = request.toString('latin1', 0, 300).split('\r\n');
  throw new Error(`"${line}" must be answered with ${statuses.join(' or ')}, not: ${answer.head}`);
}
