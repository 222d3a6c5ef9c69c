import { Connection, ConnectionClosed } from './connection.js';

/** What a client does again and again; rejects if an answer is not the expected one. */
export type Step = (connection: Connection, client: number, turn: number) => Promise<void>;

export interface Load {
  readonly port: number;
  /** Connections, each with one request under way. */
  readonly clients: number;
  /** No step begins later than this many seconds after the first. */
  readonly seconds: number;
  readonly step: Step;
  /** Goes on until so many steps are done, but ten times as long at most. Default: 0. */
  readonly leastSteps?: number;
}

export interface LoadResult {
  readonly steps: number;
  readonly seconds: number;
  /** Microseconds of processor time that the load generator took for a step. */
  readonly generatorMicroseconds: number;
  /** The share of the time in which the generator's thread ran: near 1, it is what bounds the rate. */
  readonly generatorBusy: number;
}

const received = Buffer.alloc(1024 * 1024);

/** Connections that are open before the clock starts. */
export async function openConnections(port: number, clients: number): Promise<Connection[]> {
  return Promise.all(Array.from({ length: clients }, () => Connection.open(port, received)));
}

/** Runs clients side by side, and waits for the steps that are under way when the time is up. */
export async function runLoad({ port, clients, seconds, step, leastSteps = 0 }: Load): Promise<LoadResult> {
  const connections = await openConnections(port, clients);
  let steps = 0;
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const goesOn = (): boolean => {
    const passed = (performance.now() - begun) / 1000;
    return passed < seconds || (steps < leastSteps && passed < 10 * seconds);
  };
  try {
    await Promise.all(
      connections.map(async (first, client) => {
        let connection = first;
        for (let turn = 0; turn === 0 || goesOn(); turn += 1) {
          const anew = async (): Promise<Connection> => {
            connection.close();
            connection = await Connection.open(port, received);
            connections[client] = connection;
            return connection;
          };
          if (connection.isOver) await anew();
          try {
            await step(connection, client, turn);
          } catch (error) {
            // Apache closes kept connections when it is short of threads.
            if (!(error instanceof ConnectionClosed) || turn === 0) throw error;
            await step(await anew(), client, turn);
          }
          steps += 1;
        }
      }),
    );
  } finally {
    for (const connection of connections) connection.close();
  }
  const taken = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  return {
    steps,
    seconds: taken / 1000,
    generatorMicroseconds: (user + system) / steps,
    generatorBusy: (user + system) / (taken * 1000),
  };
}
