/** Scalars of a step, by the names of `metrics.jsonl`. */
export type StepMetrics = Readonly<Record<string, number>>;

export type Phase =
  | 'compile'
  | 'measure'
  | 'statistics'
  | 'prepare'
  /** Of a device that compiles its kernels when they are first run. */
  | 'first-step'
  | 'train'
  | 'validate'
  | 'diagnose'
  | 'epoch-callback'
  | 'test';

/** What happens during training, as it happens. */
export type TrainingEvent =
  /** Another phase begins. */
  | { readonly type: 'phase'; readonly phase: Phase }
  /** How far a phase without steps has come. */
  | { readonly type: 'progress'; readonly phase: Phase; readonly done: number; readonly total: number }
  /** Something that does not stop the run and that the user will want to know before training. */
  | { readonly type: 'remark'; readonly text: string }
  /** Tensors that stay as they are because the loss does not depend on them, and how many are trained. */
  | { readonly type: 'untrained'; readonly names: readonly string[]; readonly trained: number }
  /** A batch is done. */
  | {
      readonly type: 'step';
      /** 1-based. */
      readonly epoch: number;
      /** Batches seen so far in the run. */
      readonly step: number;
      /** Batches of the whole run; patience may end it earlier. */
      readonly totalSteps: number;
      readonly metrics: StepMetrics;
    }
  /** An epoch is done and validated; `best` where it is the one to keep so far. */
  | {
      readonly type: 'epoch';
      readonly epoch: number;
      readonly epochs: number;
      readonly step: number;
      /** Means over the epoch's steps, and `val_loss`, `val_accuracy`, `val_balanced_accuracy`, `seconds`; with diagnostics more (docs/diagnostics.md). */
      readonly metrics: StepMetrics;
      readonly best: boolean;
    }
  /** The kept epoch was tested, on `count` images. */
  | {
      readonly type: 'test';
      readonly accuracy: number;
      readonly balanced_accuracy: number;
      readonly loss: number;
      readonly count: number;
    };
