import { at, invariant } from '../../errors.js';
import { type Held, hostTensor } from '../device-memory.js';
import type { Session, SessionOptions } from '../driver.js';
import { failed } from '../failed.js';
import { SKIPPED_PASSES_KEY, skippedPasses } from '../skipped-passes.js';
import type { Api } from './api.js';
import { freeBuffersAtOnce } from './buffer-reuse.js';
import { NativeTensor } from './native-tensor.js';
import { appendProvider, type ProviderOptions } from './providers.js';
import type { TensorValues } from './tensor-values.js';

/** What sessions share. */
export interface Runtime {
  readonly api: Api;
  /** The address of the environment. */
  readonly environment: bigint;
  readonly values: TensorValues;
  /** Options of the runs that have not ended: by these they can be told to. */
  readonly running: Set<bigint>;
}

/** Only errors are written to the terminal. */
export const LOG_ERRORS = 3;
const LOG_NOTHING = 4;

/** Addresses of values, one after the other. The tensors must stay reachable while they are used. */
export function addressesOf({ values }: Runtime, tensors: readonly Held[]): BigUint64Array {
  const addresses = new BigUint64Array(new ArrayBuffer(8 * tensors.length));
  for (const [i, tensor] of tensors.entries())
    addresses[i] = tensor instanceof NativeTensor ? tensor.address : values.of(hostTensor(tensor));
  return addresses;
}

/** What a session is opened with. */
export type NativeOptions = ProviderOptions & Pick<SessionOptions, 'threads' | 'lowered'>;

/** @throws AdarandError `runtime.failed`, `runtime.memory`. */
export async function createBoundSession(
  runtime: Runtime,
  model: Uint8Array,
  given: NativeOptions,
): Promise<BoundSession> {
  return new BoundSession(runtime, await openSession(runtime, model, given), given);
}

/** The address of an `OrtSession`. @throws AdarandError `runtime.failed`. */
export async function openSession(
  { api, environment }: Pick<Runtime, 'api' | 'environment'>,
  model: Uint8Array,
  given: NativeOptions,
): Promise<bigint> {
  const { threads, captures } = given;
  const options = api.make('createSessionOptions');
  try {
    // Planning memory by pattern costs hundreds of megabytes on a training graph, and no time is won.
    api.call('disableMemPattern', options);
    freeBuffersAtOnce(api, options);
    // Threads that spin while they wait win little on an idle machine and lose several times as much on a busy one; two
    // sessions (training and evaluation) would keep each other busy.
    api.call('addSessionConfigEntry', options, 'session.intra_op.allow_spinning', '0');
    const skipped = skippedPasses(given);
    if (skipped !== undefined) api.call('addSessionConfigEntry', options, SKIPPED_PASSES_KEY, skipped);
    // That a graph cannot be captured is no error: it is run without.
    api.call('setSessionLogSeverityLevel', options, captures === true ? LOG_NOTHING : LOG_ERRORS);
    appendProvider(api, options, given);
    if (threads !== undefined) api.call('setIntraOpNumThreads', options, threads);
    return await api.makeAsync('createSessionFromArray', environment, model, model.byteLength, options);
  } catch (error) {
    throw failed('compile the network', error);
  } finally {
    api.call('releaseSessionOptions', options);
  }
}

/** The key of the run option that numbers graphs, and the number that captures none. */
const GRAPH = 'gpu_graph_id';
const NO_GRAPH = -1;

export class BoundSession implements Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly #runtime: Runtime;
  readonly #session: bigint;
  /** Options of runs, by the number of the graph that they capture and replay. */
  readonly #options = new Map<number, bigint>();
  readonly #isCapturing: boolean;
  /** CUDA's graphs, and handles of its libraries, belong to the thread that made them. */
  readonly #staysOnThread: boolean;
  readonly #inputs: Names;
  readonly #outputs: Names;
  #running: Promise<void> | undefined;

  constructor(runtime: Runtime, session: bigint, { device, captures = false }: ProviderOptions) {
    const { api } = runtime;
    this.#runtime = runtime;
    this.#session = session;
    this.#isCapturing = captures;
    this.#staysOnThread = device === 'cuda';
    this.inputNames = namesOf(api, session, 'Input');
    this.outputNames = namesOf(api, session, 'Output');
    this.#inputs = new Names(api, this.inputNames);
    this.#outputs = new Names(api, this.outputNames);
  }

  /** `graph` is the number of what is captured, or replayed: then all tensors are those of the first time, on the device. */
  async run(
    feeds: ReadonlyMap<string, Held>,
    fetches: ReadonlyMap<string, Held>,
    graph: number = NO_GRAPH,
  ): Promise<void> {
    const { running } = this.#runtime;
    const options = this.#optionsFor(graph);
    try {
      running.add(options);
      this.#running = this.#run(options, new Map(feeds), new Map(fetches));
      await this.#running;
    } catch (error) {
      throw failed('run the network', error);
    } finally {
      this.#running = undefined;
      running.delete(options);
    }
  }

  async release(): Promise<void> {
    await this.#running?.catch(() => {}); // told to whoever runs
    const { api } = this.#runtime;
    api.call('releaseSession', this.#session);
    for (const options of this.#options.values()) api.call('releaseRunOptions', options);
    this.#options.clear();
  }

  #optionsFor(graph: number): bigint {
    const known = this.#options.get(graph);
    if (known !== undefined) return known;
    const { api } = this.#runtime;
    const made = api.make('createRunOptions');
    this.#options.set(graph, made);
    if (this.#isCapturing) api.call('addRunConfigEntry', made, GRAPH, String(graph));
    return made;
  }

  /** The maps keep the tensors from being collected until ONNX Runtime has ended. */
  async #run(
    options: bigint,
    feeds: ReadonlyMap<string, Held>,
    fetches: ReadonlyMap<string, Held>,
  ): Promise<void> {
    const { api } = this.#runtime;
    const inputs = this.#addresses(feeds);
    const outputs = this.#addresses(fetches);
    const inputNames = this.#inputs.of(feeds.keys());
    const outputNames = this.#outputs.of(fetches.keys());
    const given = [inputNames, inputs, inputs.length, outputNames, outputs.length, outputs];
    if (this.#staysOnThread) {
      api.call('run', this.#session, options, ...given);
      // Messages that came meanwhile are read before the next run.
      await nextTurn();
    } else await api.callAsync('run', this.#session, options, ...given);
    invariant(feeds.size === inputs.length && fetches.size === outputs.length, 'tensors came or went');
  }

  #addresses(tensors: ReadonlyMap<string, Held>): BigUint64Array {
    return addressesOf(this.#runtime, [...tensors.values()]);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Names as C has them. */
class Names {
  readonly #memory: Buffer;
  readonly #addresses: ReadonlyMap<string, bigint>;

  constructor(api: Api, names: readonly string[]) {
    const { addresses, memory } = api.texts(names);
    this.#memory = memory;
    this.#addresses = new Map(names.map((name, i) => [name, at(addresses, i)]));
  }

  /** Their addresses, one after the other. */
  of(names: Iterable<string>): BigUint64Array {
    invariant(this.#memory.byteLength > 0, 'names stay as long as their addresses are used');
    const asked = [...names];
    const addresses = new BigUint64Array(new ArrayBuffer(8 * asked.length));
    for (const [i, name] of asked.entries()) {
      const address = this.#addresses.get(name);
      if (address === undefined) throw new Error(`it has no input or output called ${name}`);
      addresses[i] = address;
    }
    return addresses;
  }
}

function namesOf(api: Api, session: bigint, kind: 'Input' | 'Output'): string[] {
  const count = api.count(`sessionGet${kind}Count`, session);
  const allocator = api.make('getAllocatorWithDefaultOptions');
  return Array.from({ length: count }, (_, i) => {
    const address = api.make(`sessionGet${kind}Name`, session, i, allocator);
    const name = api.textAt(address);
    api.call('allocatorFree', allocator, address);
    return name;
  });
}
