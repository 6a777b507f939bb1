import { invariant } from '../../errors.js';
import type { Tensor } from '../../graph/tensor.js';
import type { Session, SessionOptions } from '../driver.js';
import { failed } from '../failed.js';
import type { Api } from './api.js';
import { freeBuffersAtOnce } from './buffer-reuse.js';
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

/** @throws AdarandError `runtime.failed`. */
export async function createBoundSession(
  runtime: Runtime,
  model: Uint8Array,
  { threads }: Pick<SessionOptions, 'threads'>,
): Promise<Session> {
  const { api, environment } = runtime;
  const options = api.make('createSessionOptions');
  try {
    // Planning memory by pattern costs hundreds of megabytes on a training graph, and no time is won.
    api.call('disableMemPattern', options);
    freeBuffersAtOnce(api, options);
    // Threads that spin while they wait win little on an idle machine and lose several times as much on a busy one; two
    // sessions (training and evaluation) would keep each other busy.
    api.call('addSessionConfigEntry', options, 'session.intra_op.allow_spinning', '0');
    api.call('setSessionLogSeverityLevel', options, LOG_ERRORS);
    if (threads !== undefined) api.call('setIntraOpNumThreads', options, threads);
    const session = await api.makeAsync(
      'createSessionFromArray',
      environment,
      model,
      model.byteLength,
      options,
    );
    return new BoundSession(runtime, session);
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

  async run(feeds: ReadonlyMap<string, Tensor>, fetches: ReadonlyMap<string, Tensor>): Promise<void> {
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
  async #run(feeds: ReadonlyMap<string, Tensor>, fetches: ReadonlyMap<string, Tensor>): Promise<void> {
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

  #addresses(tensors: ReadonlyMap<string, Tensor>): BigUint64Array {
    const addresses = new BigUint64Array(new ArrayBuffer(8 * tensors.size));
    let i = 0;
    for (const tensor of tensors.values()) addresses[i++] = this.#runtime.values.of(tensor);
    return addresses;
  }
}

/** Names as C has them, in memory of their own. */
class Names {
  readonly #bytes: Buffer;
  readonly #addresses = new Map<string, bigint>();

  constructor(api: Api, names: readonly string[]) {
    const encoded = names.map((name) => Buffer.from(`${name}\0`));
    // Of its own, and with a byte more, since an empty one has no address.
    this.#bytes = Buffer.alloc(1 + encoded.reduce((sum, { byteLength }) => sum + byteLength, 0));
    Buffer.concat(encoded).copy(this.#bytes);
    let address = api.addressOf(this.#bytes);
    for (const [i, name] of names.entries()) {
      this.#addresses.set(name, address);
      address += BigInt(encoded[i]?.byteLength ?? 0);
    }
  }

  /** Their addresses, one after the other. */
  of(names: Iterable<string>): BigUint64Array {
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
