import { at, invariant } from '../../errors.js';
import { type Held, hostTensor } from '../device-memory.js';
import type { Session, SessionOptions } from '../driver.js';
import { failed } from '../failed.js';
import { SKIPPED_PASSES_KEY, skippedPasses } from '../skipped-passes.js';
import type { Api } from './api.js';
import { freeBuffersAtOnce } from './buffer-reuse.js';
import { NativeTensor } from './native-tensor.js';
import { appendProvider } from './providers.js';
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

/** Addresses of values, one after the other. The tensors must stay reachable while they are used. */
export function addressesOf({ values }: Runtime, tensors: readonly Held[]): BigUint64Array {
  const addresses = new BigUint64Array(new ArrayBuffer(8 * tensors.length));
  for (const [i, tensor] of tensors.entries())
    addresses[i] = tensor instanceof NativeTensor ? tensor.address : values.of(hostTensor(tensor));
  return addresses;
}

/** @throws AdarandError `runtime.failed`. */
export async function createBoundSession(
  runtime: Runtime,
  model: Uint8Array,
  given: SessionOptions,
): Promise<Session> {
  return new BoundSession(runtime, await openSession(runtime, model, given));
}

/** The address of an `OrtSession`. @throws AdarandError `runtime.failed`. */
export async function openSession(
  { api, environment }: Pick<Runtime, 'api' | 'environment'>,
  model: Uint8Array,
  given: SessionOptions,
): Promise<bigint> {
  const { device, threads } = given;
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
    api.call('setSessionLogSeverityLevel', options, LOG_ERRORS);
    appendProvider(api, options, device);
    if (threads !== undefined) api.call('setIntraOpNumThreads', options, threads);
    return await api.makeAsync('createSessionFromArray', environment, model, model.byteLength, options);
  } catch (error) {
    throw failed('compile the network', error);
  } finally {
    api.call('releaseSessionOptions', options);
  }
}

class BoundSession implements Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly #runtime: Runtime;
  readonly #session: bigint;
  readonly #options: bigint;
  readonly #inputs: Names;
  readonly #outputs: Names;
  #running: Promise<void> | undefined;

  constructor(runtime: Runtime, session: bigint) {
    const { api } = runtime;
    this.#runtime = runtime;
    this.#session = session;
    this.#options = api.make('createRunOptions');
    this.inputNames = namesOf(api, session, 'Input');
    this.outputNames = namesOf(api, session, 'Output');
    this.#inputs = new Names(api, this.inputNames);
    this.#outputs = new Names(api, this.outputNames);
  }

  async run(feeds: ReadonlyMap<string, Held>, fetches: ReadonlyMap<string, Held>): Promise<void> {
    const { running } = this.#runtime;
    try {
      running.add(this.#options);
      this.#running = this.#run(new Map(feeds), new Map(fetches));
      await this.#running;
    } catch (error) {
      throw failed('run the network', error);
    } finally {
      this.#running = undefined;
      running.delete(this.#options);
    }
  }

  async release(): Promise<void> {
    await this.#running?.catch(() => {}); // told to whoever runs
    const { api } = this.#runtime;
    api.call('releaseSession', this.#session);
    api.call('releaseRunOptions', this.#options);
  }

  /** The maps keep the tensors from being collected until ONNX Runtime has ended. */
  async #run(feeds: ReadonlyMap<string, Held>, fetches: ReadonlyMap<string, Held>): Promise<void> {
    const inputs = this.#addresses(feeds);
    const outputs = this.#addresses(fetches);
    const inputNames = this.#inputs.of(feeds.keys());
    const outputNames = this.#outputs.of(fetches.keys());
    await this.#runtime.api.callAsync(
      'run',
      this.#session,
      this.#options,
      inputNames,
      inputs,
      inputs.length,
      outputNames,
      outputs.length,
      outputs,
    );
    invariant(feeds.size === inputs.length && fetches.size === outputs.length, 'tensors came or went');
  }

  #addresses(tensors: ReadonlyMap<string, Held>): BigUint64Array {
    return addressesOf(this.#runtime, [...tensors.values()]);
  }
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
