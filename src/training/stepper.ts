import type { Tensor } from '../graph/tensor.js';
import { type CompileOptions, Program } from '../runtime/program.js';
import { State } from '../runtime/state.js';
import { type FeedShape, Feeds, type TrainingBatch } from './feeds.js';
import { BatchOutputs, microBatches } from './micro-batches.js';
import type { StepGraph } from './step-graph.js';
import type { PreStepGraph, UpdatePosition } from './step-parts.js';

/** The place of a batch in its run. */
export interface BatchPosition {
  /** Batches before it, over the whole run. */
  readonly batch: number;
  readonly batchesPerEpoch: number;
  /** Batches of the whole run, as planned. */
  readonly totalBatches: number;
}

/** What a step's graph was built for, of `batchSize` images a run, and how often it runs for a batch and for an update. */
export interface StepShape extends FeedShape {
  /** Runs of the graph whose gradients are averaged into one update. */
  readonly accumulate: number;
  /** Runs of the graph that a batch takes; one unless given. It divides `accumulate`. */
  readonly microBatches?: number;
}

/** A step's graph compiled, with the state that it works on. */
export class Stepper {
  readonly state: State;
  readonly feeds: Feeds;
  /** Names of the tensors that checkpoints hold. */
  readonly saved: readonly string[];
  /** Names of the tensors that programs update. */
  readonly updated: ReadonlySet<string>;
  /** Batches of an update. */
  readonly #accumulate: number;
  readonly #microBatches: number;
  readonly #update: Program;
  readonly #collect: Program | undefined;
  readonly #preSteps: readonly Program[];
  readonly #isDue: readonly PreStepGraph['when'][];

  private constructor(
    state: State,
    graph: StepGraph,
    shape: StepShape,
    programs: { update: Program; collect: Program | undefined; preSteps: readonly Program[] },
  ) {
    this.state = state;
    this.feeds = new Feeds(shape, graph);
    this.#isDue = graph.preSteps.map(({ when }) => when);
    this.#microBatches = shape.microBatches ?? 1;
    this.#accumulate = shape.accumulate / this.#microBatches;
    // Where a batch ends in an update, what was collected is 0 after it: a checkpoint is the same, however a batch is cut.
    this.saved = [...graph.state.keys()].filter((name) => this.#accumulate > 1 || !graph.collected.has(name));
    this.#update = programs.update;
    this.#collect = programs.collect;
    this.#preSteps = programs.preSteps;
    this.updated = new Set([
      ...graph.update.updates.keys(),
      ...graph.preSteps.flatMap(({ updates }) => [...updates.keys()]),
    ]);
  }

  static async compile(graph: StepGraph, shape: StepShape, options: CompileOptions): Promise<Stepper> {
    const compile = (program: StepGraph['update']) => Program.compile(program, options);
    const preSteps: Program[] = [];
    for (const { updates } of graph.preSteps) preSteps.push(await compile({ outputs: new Map(), updates }));
    const collect = graph.collect && (await compile(graph.collect));
    const state = await State.for(options);
    const update = await Program.compile(graph.update, options, () => {
      for (const [name, tensor] of [...graph.state, ...graph.fixed]) state.add(name, tensor);
      // Memory that the first step writes, and that takes a while to be had.
      state.reserve(graph.update.updates.keys());
    });
    return new Stepper(state, graph, shape, { update, collect, preSteps });
  }

  /** How many updates precede a batch, and how many there will be. */
  updates({ batch, totalBatches }: BatchPosition): UpdatePosition {
    const count = (batches: number) => Math.floor(batches / this.#accumulate);
    return { update: count(batch), totalUpdates: Math.max(1, count(totalBatches)) };
  }

  /** One batch: what precedes it, gradients, and the update where it is due. The outputs last until the next step. */
  async step(
    batch: TrainingBatch,
    position: BatchPosition,
    seed: number,
  ): Promise<ReadonlyMap<string, Tensor>> {
    for (const [i, isDue] of this.#isDue.entries())
      if (isDue(position.batch % position.batchesPerEpoch))
        await this.#preSteps[i]?.run(this.state, new Map());
    this.feeds.setScalars(this.updates(position));
    const count = this.#microBatches;
    const all = new BatchOutputs();
    for (const [i, images] of microBatches(batch, count).entries()) {
      const run = position.batch * count + i;
      this.feeds.setBatch(images);
      this.feeds.drawNoise(seed, run);
      const due = (run + 1) % (this.#accumulate * count) === 0;
      const program = due ? this.#update : (this.#collect ?? this.#update);
      const outputs = await program.run(this.state, this.feeds.tensors);
      if (count === 1) return outputs;
      all.add(outputs);
    }
    return all.tensors;
  }

  async release(): Promise<void> {
    for (const program of [this.#update, this.#collect, ...this.#preSteps]) await program?.release();
    this.state.release();
  }
}
