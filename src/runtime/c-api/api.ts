import type { KoffiFunc } from 'koffi';
import { invariant } from '../../errors.js';
import { API_VERSION, type FunctionName, functions } from './functions.js';
import { loadLibrary } from './shared-library.js';

/** What a function takes: an address or memory to read or write, a number, a text, or null. */
export type Argument = bigint | number | string | null | ArrayBufferView;

type Result = bigint | string | null | undefined;
type Koffi = typeof import('koffi')['default'];
type Native = KoffiFunc<(...values: Argument[]) => Result>;

/** ONNX Runtime's C API. A call that fails is an Error with ONNX Runtime's own words. */
export class Api {
  readonly version: string;
  readonly #koffi: Koffi;
  readonly #functions: ReadonlyMap<FunctionName, Native>;

  private constructor(koffi: Koffi, version: string, table: ReadonlyMap<FunctionName, Native>) {
    this.version = version;
    this.#koffi = koffi;
    this.#functions = table;
  }

  /** Loads the library. @throws Error if it, or koffi, which calls it, is not there, does not load, or is too old. */
  static async load(path: string): Promise<Api> {
    const { default: koffi } = await import('koffi');
    const library = await loadLibrary(path);
    const [getApi, getVersion] = koffi.decode(
      library.func('OrtGetApiBase', 'void *', [])(),
      koffi.array('void *', 2),
    );
    const version: string = koffi.decode(getVersion, koffi.proto('str', []))();
    // Asked for a version of the API that it does not have, it writes to the terminal.
    if (Number(version.split('.')[1]) < API_VERSION)
      throw new Error(`${path} is ONNX Runtime ${version}, and 1.${API_VERSION} or newer is needed`);
    const address: unknown = koffi.decode(getApi, koffi.proto('void *', ['uint32_t']))(API_VERSION);
    if (typeof address !== 'bigint') throw new Error(`${path} has no version ${API_VERSION} of its API`);
    const last = Math.max(...Object.values(functions).map(({ index }) => index));
    const table: unknown[] = koffi.decode(address, koffi.array('void *', last + 1));
    const made = new Map<FunctionName, Native>();
    for (const [name, { index, result, arguments: taken }] of entriesOf(functions))
      made.set(name, koffi.decode(table[index], koffi.proto(result, [...taken])));
    return new Api(koffi, version, made);
  }

  /** Calls a function and waits for it. @throws Error with ONNX Runtime's words. */
  call(name: FunctionName, ...values: readonly Argument[]): void {
    this.#check(this.#function(name)(...values));
  }

  /** Calls a function on another thread; what it is given must stay until it has ended. */
  callAsync(name: FunctionName, ...values: readonly Argument[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#function(name).async(...values, (error: unknown, status: Result) => {
        try {
          if (error instanceof Error) throw error;
          this.#check(status);
          resolve();
        } catch (reason) {
          reject(reason);
        }
      });
    });
  }

  /** Calls a function that puts the address of what it made into its last argument. */
  make(name: FunctionName, ...values: readonly Argument[]): bigint {
    const place = pointer();
    this.call(name, ...values, place);
    return madeAt(place);
  }

  async makeAsync(name: FunctionName, ...values: readonly Argument[]): Promise<bigint> {
    const place = pointer();
    await this.callAsync(name, ...values, place);
    return madeAt(place);
  }

  /** A number that a function puts into its last argument. */
  count(name: FunctionName, ...values: readonly Argument[]): number {
    const place = pointer();
    this.call(name, ...values, place);
    return Number(place[0]);
  }

  /** Texts as C has them: their addresses, one after the other, and the memory that must stay as long as these are used. */
  texts(texts: readonly string[]): { readonly addresses: BigUint64Array; readonly memory: Buffer } {
    const encoded = texts.map((text) => Buffer.from(`${text}\0`));
    // Of its own, and with a byte more, since an empty one has no address.
    const memory = Buffer.alloc(1 + encoded.reduce((sum, { byteLength }) => sum + byteLength, 0));
    Buffer.concat(encoded).copy(memory);
    let address = this.#koffi.address(memory);
    const addresses = new BigUint64Array(new ArrayBuffer(8 * texts.length));
    for (const [i, { byteLength }] of encoded.entries()) {
      addresses[i] = address;
      address += BigInt(byteLength);
    }
    return { addresses, memory };
  }

  /** So many bytes at an address, as they are there: what is written into them is written there. */
  memoryAt(address: bigint, bytes: number): Uint8Array {
    return new Uint8Array(this.#koffi.view(address, bytes));
  }

  /** The text at an address, up to its zero. */
  textAt(address: bigint): string {
    return this.#koffi.decode(address, 'char', -1);
  }

  #function(name: FunctionName): Native {
    const found = this.#functions.get(name);
    invariant(found !== undefined, `no function ${name}`);
    return found;
  }

  /** `status` is null, or undefined of a function that returns nothing. */
  #check(status: Result): void {
    if (typeof status !== 'bigint') return;
    const message = this.#function('getErrorMessage')(status);
    this.#function('releaseStatus')(status);
    throw new Error(typeof message === 'string' ? message : 'no reason is given');
  }
}

/** Memory for one address, which does not move. */
function pointer(): BigUint64Array {
  return new BigUint64Array(new ArrayBuffer(8));
}

function madeAt([address]: BigUint64Array): bigint {
  invariant(address !== undefined && address !== 0n, 'nothing was made');
  return address;
}

function entriesOf<Name extends string, Entry>(record: Readonly<Record<Name, Entry>>): [Name, Entry][];
function entriesOf(record: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(record);
}
