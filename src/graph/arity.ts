/** How many values an operator takes or returns; 'variadic' where that varies. */
export type Arity = keyof TupleByArity<unknown>;

interface TupleByArity<T> {
  readonly 1: readonly [T];
  readonly 2: readonly [T, T];
  readonly 3: readonly [T, T, T];
  readonly 4: readonly [T, T, T, T];
  readonly 5: readonly [T, T, T, T, T];
  readonly variadic: readonly T[];
}

export type Tuple<T, N extends Arity> = TupleByArity<T>[N];
