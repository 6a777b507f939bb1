/** What makes the items of an epoch, from one of them on. */
type Make<T> = (epoch: number, from: number) => AsyncGenerator<T, void, undefined>;

interface Begun<T> {
  readonly epoch: number;
  readonly items: AsyncGenerator<T, void, undefined>;
  readonly first: Promise<IteratorResult<T, void>>;
}

/**
 * Epochs of so many items each, of which the next may be begun while something else is going on: then nobody waits for its
 * first item. The items are those that `make` gives, whether or not an epoch was begun before.
 */
export class EpochsAhead<T> {
  readonly #make: Make<T>;
  readonly #epochs: number;
  readonly #length: number;
  /** That is to be begun. */
  #following: number | undefined;
  #begun: Begun<T> | undefined;

  constructor(make: Make<T>, { epochs, length }: { readonly epochs: number; readonly length: number }) {
    this.#make = make;
    this.#epochs = epochs;
    this.#length = length;
  }

  /** The items of an epoch, from one of them on. */
  async *epoch(epoch: number, from: number): AsyncGenerator<T, void, undefined> {
    const begun = this.#begun;
    this.#begun = undefined;
    this.#following = undefined;
    const isBegun = begun?.epoch === epoch && from === 0;
    let count = from;
    for await (const item of isBegun ? continued(begun) : this.#make(epoch, from)) {
      count += 1;
      if (count === this.#length && epoch + 1 < this.#epochs) this.#following = epoch + 1;
      yield item;
    }
  }

  /** Begins the epoch after one whose last item was taken; without one, nothing. */
  begin(): void {
    const epoch = this.#following;
    if (epoch === undefined) return;
    this.#following = undefined;
    const items = this.#make(epoch, 0);
    const first = items.next();
    // A failure is thrown when the epoch is asked for, if it is.
    first.catch(() => undefined);
    this.#begun = { epoch, items, first };
  }
}

async function* continued<T>({ first, items }: Begun<T>): AsyncGenerator<T, void, undefined> {
  try {
    const { value, done } = await first;
    if (done) return;
    yield value;
    yield* items;
  } finally {
    await items.return();
  }
}
