import { Failure } from '../../../src/failure.js';
import type { Places } from '../begun.js';
import { ChannelClosed } from './channel.js';
import { begin, commit, prepare } from './orders.js';
import type { Parent } from './parent.js';
import type { ParentGeneration } from './parent-generation.js';
import { endInWords, type WorkerHandle } from './worker-handle.js';

/** Milliseconds that a worker gets to open a declaration. */
const preparePatience = 120_000;

/** What all workers have in common. */
export interface WorkerSetting {
  readonly file: string;
  readonly processes: number;
  readonly places: Places;
  /** Whether to collect metrics. */
  readonly metrics: boolean;
  readonly parent: Parent;
}

/** Opens a declaration in a worker that has just been started; it takes no connections yet. */
export async function open(
  worker: WorkerHandle,
  generation: ParentGeneration,
  setting: WorkerSetting,
): Promise<void> {
  const { processes, places, metrics, parent } = setting;
  await worker.ready;
  parent.join(worker.channel);
  const { listen, 'guard.http': http, 'guard.fastcgi': fastcgi } = places;
  await worker.channel.ask(begin, {
    processes,
    places: { listen: placeOf(listen), guardHttp: placeOf(http), guardFastcgi: placeOf(fastcgi) },
    metrics,
    secrets: parent.secrets,
  });
  await prepareIn(worker, generation, setting);
  await worker.channel.ask(commit, { generation: generation.number });
}

/** Opens a declaration that the worker does not answer by yet. @throws Failure */
export async function prepareIn(
  worker: WorkerHandle,
  generation: ParentGeneration,
  { parent, file }: Pick<WorkerSetting, 'parent' | 'file'>,
): Promise<void> {
  const { declaration, site } = generation.configuration;
  parent.use(generation, worker.channel);
  const late = AbortSignal.timeout(preparePatience);
  const order = { generation: generation.number, file, text: declaration.text, site };
  await worker.channel.ask(prepare, order, late).catch((cause: unknown) => {
    if (!late.aborted) throw cause;
    throw new Failure('unavailable', 'A worker did not open the declaration in time.', { cause });
  });
}

/** @throws Failure `unavailable` if the worker ends before `work` is done */
export async function whileAlive<T>(worker: WorkerHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ChannelClosed)) throw error;
    throw await endedTooEarly(worker);
  }
}

export async function endedTooEarly(worker: WorkerHandle): Promise<Failure> {
  return new Failure(
    'unavailable',
    `A worker ended before it could answer requests: ${endInWords(await worker.ended)}. ` +
      'The lines above may say why; `"workers": 1` serves without workers.',
  );
}

function placeOf(place: { readonly host: string; readonly port: number }): { host: string; port: number };
function placeOf(
  place: { readonly host: string; readonly port: number } | undefined,
): { host: string; port: number } | null;
function placeOf(
  place: { readonly host: string; readonly port: number } | undefined,
): { host: string; port: number } | null {
  return place ? { host: place.host, port: place.port } : null;
}
