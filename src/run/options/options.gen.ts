/** Written by `npm run docs` from the schemas of the options; do not edit. */

/** Options of `train`. `data` and `model` are enough. */
export interface TrainOptions {
  /** Folder of images: DATA/CLASS/*.jpg, or with train/, val/ and test/ above the folders of the classes. */
  data: string;
  /**
   * Pretrained network: a folder, an .onnx or .safetensors file, org/name for a model of the Hugging
   * Face Hub, or `sample`, a small built-in one.
   */
  model: string;
  /**
   * Name of the value of an ONNX file that the new head reads, for a file that does not end in a linear
   * layer; maps are averaged.
   *
   * Default: what enters the file's last linear layer.
   */
  features?: string | undefined;
  /**
   * Name of the value of an ONNX file that its pretrained classifier gives, for a file with several or
   * one that is not found: an output, or what a linear layer inside gives.
   *
   * Default: the output called logits, or the first.
   */
  logits?: string | undefined;
  /**
   * Folder that the run is written to; it must be empty, or not exist yet.
   *
   * Default: runs/DATA-MODEL-METHOD-N.
   */
  out?: string | undefined;
  /**
   * Method of fine-tuning: a name that `adarand methods` lists, the path of a .js file that exports one,
   * or several of them joined by +.
   *
   * Default: adarand.
   */
  method?: string | undefined;
  /**
   * The method's own options, by their names, such as alpha=0.9; `adarand methods NAME` lists them. On
   * the command line, one each time the flag is given.
   *
   * Default: none.
   */
  methodOptions?: Record<string, unknown> | undefined;
  /**
   * Weight of the method's penalty in the loss; with 0, the method's losses are left out.
   *
   * Default: the method's own.
   */
  lambda?: number | undefined;
  /**
   * Unit of lambda. relative: to what the penalty grows with (the size of the features or feature maps,
   * or how long weights are trained), so that one weight suits many networks. raw: the factor in the
   * loss as it is.
   *
   * Default: relative.
   */
  lambdaUnit?: 'relative' | 'raw' | undefined;
  /**
   * Folder of labelled source images, for a method that trains on them as well.
   *
   * Default: none.
   */
  source?: string | undefined;
  /**
   * Initial weights of the new head, the last layer. linear-probe: those of a logistic regression on the
   * pretrained features, which is also a candidate, as epoch 0. random: as in the papers.
   *
   * Default: linear-probe.
   */
  head?: 'random' | 'linear-probe' | undefined;
  /**
   * What is trained. all: everything. head: the head alone. last:N: the last N groups of the network
   * (blocks, mostly; `adarand inspect MODEL` counts them) and the head. The rest is frozen, with its
   * running statistics.
   *
   * Default: all.
   */
  train?: string | undefined;
  /**
   * Passes over the training images. With 0, the linear probe is the result.
   *
   * Default: 20, or as many as --minutes has time for.
   */
  epochs?: number | undefined;
  /**
   * Minutes that the whole run may take, from the start of the command to its end: instead of a number
   * of epochs, which then follows from some steps that are measured before training.
   *
   * Default: --epochs decides.
   */
  minutes?: number | undefined;
  /**
   * Images in a batch.
   *
   * Default: 32, or less for few images or little memory.
   */
  batchSize?: number | undefined;
  /**
   * Learning rate before the schedule lowers it.
   *
   * Default: for sgd 0.01 with BatchNorm, without 0.0003 after a linear probe and 0.001 from a random
   * head; for adam and adamw 0.0003, and 0.00003 with LayerNorm.
   */
  learningRate?: number | undefined;
  /**
   * Optimizer. sgd has a Nesterov momentum of 0.9.
   *
   * Default: sgd for a network with BatchNorm, adamw without, or with it folded away.
   */
  optimizer?: 'sgd' | 'adam' | 'adamw' | undefined;
  /**
   * Course of the learning rate over the run. multi-step: divided by 10 after 30, 60 and 80 % of the
   * updates. cosine: down to 0. cosine-7-16: down to a fifth of it.
   *
   * Default: cosine.
   */
  schedule?: 'constant' | 'multi-step' | 'cosine' | 'cosine-7-16' | undefined;
  /**
   * Optimizer updates over which the learning rate first rises linearly from 0.
   *
   * Default: 0.
   */
  warmUp?: number | undefined;
  /**
   * Weight decay: added to the gradient by sgd and adam, decoupled from it by adamw.
   *
   * Default: 0; for adamw 0.05, unless the method replaces weight decay.
   */
  weightDecay?: number | undefined;
  /**
   * Factor on the backbone's learning rate; the head's stays.
   *
   * Default: 1.
   */
  backboneLrScale?: number | undefined;
  /**
   * Factor on the head's learning rate; the backbone's stays.
   *
   * Default: 1.
   */
  headLrScale?: number | undefined;
  /**
   * Factor on the learning rate from each group of the network to the one below it, as timm counts them:
   * the last group has this factor once, the one before it twice, and so on; the head has none.
   *
   * Default: 1.
   */
  layerDecay?: number | undefined;
  /**
   * Share of each image's label that is spread over all classes, such as 0.1. The loss on validation and
   * test images stays the plain cross-entropy.
   *
   * Default: 0.
   */
  labelSmoothing?: number | undefined;
  /**
   * Mixes the images of a batch in pairs, and their labels alike: the images' shares are drawn from
   * Beta(X, X), one for each batch. 0: not at all; the literature has 0.1 to 0.4 for few epochs. Only
   * for methods that need no class of each image.
   *
   * Default: 0.
   */
  mixup?: number | undefined;
  /**
   * Puts a rectangle of one image of a batch into another, and mixes their labels by area: the shares
   * are drawn from Beta(X, X), mostly with X = 1. With --mixup, too, each batch has one of the two, at
   * random.
   *
   * Default: 0.
   */
  cutmix?: number | undefined;
  /**
   * What is done about classes with fewer training images than others. sampling: an epoch has equally
   * many of each class, those of a small one several times. loss: each image counts in the cross-entropy
   * by the inverse of its class's number of images.
   *
   * Default: none.
   */
  balance?: 'none' | 'sampling' | 'loss' | undefined;
  /**
   * Statistics that BatchNorm uses in training. train: those of the batch. frozen: the pretrained ones.
   *
   * Default: train.
   */
  batchNorm?: 'train' | 'frozen' | undefined;
  /**
   * Upper limit on the norm of all gradients together.
   *
   * Default: no limit.
   */
  clipGradNorm?: number | undefined;
  /**
   * Batches whose gradients are averaged into one optimizer update. BatchNorm's statistics, the method's
   * losses and its states remain those of each batch: where they depend on what is in it, that is not
   * the same as one larger batch. Batches that an epoch leaves over count toward the next epoch's first
   * update; those that the run leaves over are not used.
   *
   * Default: 1.
   */
  accumulate?: number | undefined;
  /**
   * Decay per update of an exponential moving average of the parameters and of the running statistics
   * that BatchNorm keeps, such as 0.999; the average is validated, tested and saved.
   *
   * Default: no average.
   */
  emaDecay?: number | undefined;
  /**
   * What the best epoch is chosen by, on the validation images; balanced-accuracy is the mean over
   * classes, loss the cross-entropy. Of equals by an accuracy, the one with the lower loss is better.
   *
   * Default: accuracy.
   */
  chooseBy?: 'accuracy' | 'balanced-accuracy' | 'loss' | undefined;
  /**
   * Epochs without a better validation, by --choose-by, after which training stops.
   *
   * Default: training does not stop early.
   */
  patience?: number | undefined;
  /**
   * Batches after which training stops, also inside an epoch. The schedule remains that of all epochs.
   *
   * Default: no limit.
   */
  maxSteps?: number | undefined;
  /**
   * Side of the network's square input, in pixels.
   *
   * Default: the model's own.
   */
  imageSize?: number | undefined;
  /**
   * Random changes of training images. crop: a part of 25 to 100 % of the area. inception-crop: of 8 to
   * 100 %. pad-crop: a shift by up to 4 pixels. color-jitter: crop, and other colours. rand-augment:
   * crop, and two random operations.
   *
   * Default: crop; pad-crop for inputs of at most 64 pixels.
   */
  augment?: 'none' | 'crop' | 'inception-crop' | 'pad-crop' | 'rand-augment' | 'color-jitter' | undefined;
  /**
   * Whether a random half of the training images is mirrored.
   *
   * Default: true.
   */
  flip?: boolean | undefined;
  /**
   * Probability of a training image to have a rectangle of 2 to 33 % of its area replaced by the mean
   * colour, such as 0.25.
   *
   * Default: 0.
   */
  randomErasing?: number | undefined;
  /**
   * Test-time augmentation in validation and the test. flip: probabilities are the mean of those of an
   * image and of its mirror image, which takes twice the time; not for digits, letters and whatever else
   * must not be mirrored.
   *
   * Default: none.
   */
  tta?: 'none' | 'flip' | undefined;
  /**
   * Share of the training images to use, from 0 to 1.
   *
   * Default: 1.
   */
  trainFraction?: number | undefined;
  /**
   * Share of the training images to validate on, from 0 to 1, where DATA has no val/. The epoch with the
   * best validation is kept.
   *
   * Default: 0.1.
   */
  valFraction?: number | undefined;
  /**
   * Which share is validated on, from 0 on, where DATA has no val/: for one seed, the shares of
   * different numbers are disjoint, and the test images are the same.
   *
   * Default: 0.
   */
  valFold?: number | undefined;
  /**
   * Share of the training images to test on, from 0 to 1, where DATA has no test/.
   *
   * Default: 0.2.
   */
  testFraction?: number | undefined;
  /**
   * Whether the test images are looked at, once, after training.
   *
   * Default: true.
   */
  test?: boolean | undefined;
  /**
   * Whether predictions.csv is written, too: a line per test image with its path, class, predicted class
   * and the probability of every class.
   *
   * Default: false.
   */
  predictions?: boolean | undefined;
  /**
   * Seed of the splits, the order of images, augmentation, noise and the new head.
   *
   * Default: 0.
   */
  seed?: number | undefined;
  /**
   * Measure after each epoch, on the training images without augmentation and on the validation images:
   * norms and entropies of the features, their mutual information with the class, top-5 accuracy, macro
   * F1 and calibration; of the test images, once at the end (docs/diagnostics.md). Takes one more pass
   * over the training images in each epoch.
   *
   * Default: false.
   */
  diagnostics?: boolean | undefined;
  /**
   * Keep the features of the training and validation images of these epochs in RUN/features, and those
   * of the test images at the end: epochs separated by commas, such as 0,5,last, or all. 0 is what
   * training begins with.
   *
   * Default: none are kept.
   */
  keepFeatures?: string | undefined;
  /**
   * Device that computes; `adarand doctor` shows which ones work on this machine.
   *
   * Default: cpu.
   */
  device?: 'cpu' | 'wasm' | 'webgpu' | 'cuda' | undefined;
  /**
   * CPU threads that compute. With another number, results differ in their last digits.
   *
   * Default: one per core.
   */
  threads?: number | undefined;
  /**
   * How the products of a training step are computed. tf32: their factors are rounded to 10 bits of
   * mantissa, which is faster on a graphics card; only with --device cuda. Validation, the test and
   * predictions are in float32.
   *
   * Default: float32.
   */
  precision?: 'float32' | 'tf32' | undefined;
  /**
   * Seconds between two checkpoints inside an epoch; there is one after each epoch, too. A run that is
   * resumed goes on from the last one.
   *
   * Default: 120.
   */
  checkpointSeconds?: number | undefined;
  /**
   * Batches between two lines of metrics.jsonl that are about a batch.
   *
   * Default: 10.
   */
  logEvery?: number | undefined;
  /**
   * Whether the run writes an event file for TensorBoard, RUN/tensorboard/, too.
   *
   * Default: true.
   */
  tensorboard?: boolean | undefined;
}

/** Options of `resume`. */
export interface ResumeOptions {
  /** Folder of a run that was stopped or killed, or that is to be trained on. */
  run: string;
  /**
   * Folder that has the run's images, where it was moved; they are compared by content.
   *
   * Default: as the run has it.
   */
  data?: string | undefined;
  /**
   * Passes over the training images in all; the schedule is then that of this number.
   *
   * Default: as the run has it.
   */
  epochs?: number | undefined;
  /**
   * Epochs without a better validation after which training stops, counted from the best one.
   *
   * Default: as the run has it.
   */
  patience?: number | undefined;
  /**
   * Images computed at a time, from here on, where a batch does not fit into memory: a divisor of the
   * batch size. Updates are as before; BatchNorm's statistics and the method's losses are of so many
   * images.
   *
   * Default: as the run has it.
   */
  microBatch?: number | undefined;
}

/** Options of `tune`. `data` and `model` are enough; those of `train` hold for all trials, and what they give is not searched. */
export interface TuneOptions
  extends Omit<
    TrainOptions,
    'method' | 'valFold' | 'maxSteps' | 'chooseBy' | 'out' | 'diagnostics' | 'keepFeatures'
  > {
  /**
   * Minutes that the whole search may take, the final run included. The first trial measures what this
   * machine does in them.
   *
   * Default: 20, unless --trials is given.
   */
  minutes?: number | undefined;
  /**
   * Configurations of each method to try, instead of a time.
   *
   * Default: as many as there is time for.
   */
  trials?: number | undefined;
  /**
   * Methods to choose from; each gets the same configurations and the same budget.
   *
   * Default: adarand.
   */
  methods?: string | undefined;
  /**
   * How many cuts of the validation images the configurations of the last stage are compared on, where
   * DATA has no val/.
   *
   * Default: so many that together they have 200 images, at most 5.
   */
  folds?: number | undefined;
  /**
   * Folder that the search is written to; it must be empty, or not exist yet.
   *
   * Default: runs/DATA-MODEL-tune-N.
   */
  out?: string | undefined;
}

/** Options of `look`. */
export interface LookOptions {
  /** Folder of a run; of one that is not finished, the best epoch so far is used. */
  run: string;
  /**
   * HTML file to write.
   *
   * Default: look.html in the run.
   */
  to?: string | undefined;
  /**
   * Write over that file even if something else is in it than an earlier page.
   *
   * Default: false.
   */
  overwrite?: boolean | undefined;
  /**
   * Folder that has the images of the run.
   *
   * Default: where they were when the run began.
   */
  data?: string | undefined;
  /**
   * Device that computes; `adarand doctor` shows which ones work on this machine.
   *
   * Default: cpu.
   */
  device?: 'cpu' | 'wasm' | 'webgpu' | 'cuda' | undefined;
  /**
   * CPU threads that compute. With another number, results differ in their last digits.
   *
   * Default: one per core.
   */
  threads?: number | undefined;
}

/** Options of `report`. */
export interface ReportOptions {
  /** Folders of experiments and of runs, in any number. */
  runs: string[];
  /**
   * Where the images are now, if they were moved: the folder of a dataset, or one that has datasets'
   * folders by their names. They are found by their contents.
   *
   * Default: where they were when the runs began.
   */
  data?: string | undefined;
  /**
   * Folder to write; it must be new, empty, or that of an earlier report.
   *
   * Default: report in the experiment; in the current folder for runs.
   */
  to?: string | undefined;
  /**
   * Method that the others are compared with, by its name in the tables.
   *
   * Default: plain fine-tuning, or the first method of an experiment without it.
   */
  baseline?: string | undefined;
  /**
   * Device that computes; `adarand doctor` shows which ones work on this machine.
   *
   * Default: cpu.
   */
  device?: 'cpu' | 'wasm' | 'webgpu' | 'cuda' | undefined;
  /**
   * CPU threads that compute. With another number, results differ in their last digits.
   *
   * Default: one per core.
   */
  threads?: number | undefined;
}

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** Folder of a run; of one that is not finished, the best epoch so far is used. */
  run: string;
  /** Folder of labelled images, laid out as for training; it may lack some of the classes, and splits. */
  data: string;
  /**
   * Images to evaluate. test: those of DATA's test/, or of all of DATA if it has none, without images
   * that the run was trained or validated on (by content). train, val: those of DATA's folder of that
   * name, or if it has none, those that the run was trained or validated on.
   *
   * Default: test.
   */
  split?: 'train' | 'val' | 'test' | 'all' | undefined;
  /**
   * New CSV file with a line per image: path, class, predicted class, probability of every class.
   *
   * Default: none is written.
   */
  predictions?: string | undefined;
  /**
   * Test-time augmentation. flip: probabilities are the mean of those of an image and of its mirror
   * image, which takes twice the time; not for digits, letters and whatever else must not be mirrored.
   *
   * Default: none.
   */
  tta?: 'none' | 'flip' | undefined;
  /**
   * Device that computes; `adarand doctor` shows which ones work on this machine.
   *
   * Default: cpu.
   */
  device?: 'cpu' | 'wasm' | 'webgpu' | 'cuda' | undefined;
  /**
   * CPU threads that compute. With another number, results differ in their last digits.
   *
   * Default: one per core.
   */
  threads?: number | undefined;
}

/** Options of `predict`. */
export interface PredictOptions {
  /** Folder of a run; of one that is not finished, the best epoch so far is used. */
  run: string;
  /**
   * Image files to classify, or folders: all images in them, sorted. The bytes of an image file may also
   * come from the standard input (-), or from a program.
   */
  images: (string | Uint8Array | { name: string; bytes: Uint8Array })[];
  /**
   * Classes to name for each image, the likeliest first.
   *
   * Default: 5.
   */
  top?: number | undefined;
  /**
   * Test-time augmentation. flip: probabilities are the mean of those of an image and of its mirror
   * image, which takes twice the time; not for digits, letters and whatever else must not be mirrored.
   *
   * Default: none.
   */
  tta?: 'none' | 'flip' | undefined;
  /**
   * Device that computes; `adarand doctor` shows which ones work on this machine.
   *
   * Default: cpu.
   */
  device?: 'cpu' | 'wasm' | 'webgpu' | 'cuda' | undefined;
  /**
   * CPU threads that compute. With another number, results differ in their last digits.
   *
   * Default: one per core.
   */
  threads?: number | undefined;
}

/** Options of `exportRun`. */
export interface ExportOptions {
  /** Folder of a run; of one that is not finished, the best epoch so far is used. */
  run: string;
  /** Folder to write; it must be empty, or not exist yet. */
  to: string;
  /**
   * Add a page that classifies pictures in a browser. It has to come from a web server; the command
   * serve is one.
   *
   * Default: false.
   */
  web?: boolean | undefined;
  /**
   * Write the folder as a zip file, too: DIR.zip, beside it, which must not exist yet.
   *
   * Default: false.
   */
  zip?: boolean | undefined;
  /**
   * Also write onnx/model_quantized.onnx, which computes with 8-bit numbers: smaller, and mostly faster.
   * Their ranges are measured on training images; its accuracy on the validation images is told beside
   * that of the other file.
   *
   * Default: false.
   */
  quantize?: boolean | undefined;
  /**
   * For --quantize: the folder that has the images that the run was trained and validated on.
   *
   * Default: where they were when the run began.
   */
  data?: string | undefined;
}

/** Options of `measureFeatures`. */
export interface MeasureFeaturesOptions {
  /** Features of n samples, row by row: n times d numbers; they are kept in single precision. */
  features: Float32Array | Int32Array | number[];
  /** Class of each sample, a whole number; there are at least two samples. */
  labels: Float32Array | Int32Array | number[];
  /**
   * Device that computes; `adarand doctor` shows which ones work on this machine.
   *
   * Default: cpu.
   */
  device?: 'cpu' | 'wasm' | 'webgpu' | 'cuda' | undefined;
  /**
   * CPU threads that compute. With another number, results differ in their last digits.
   *
   * Default: one per core.
   */
  threads?: number | undefined;
}

/** Options of `inspect`. */
export interface InspectOptions {
  /**
   * Network to look at: a folder, an .onnx or .safetensors file, org/name for a model of the Hugging
   * Face Hub, or `sample`.
   */
  model: string;
  /**
   * Name of the value of an ONNX file that a new head would read.
   *
   * Default: what enters its last linear layer.
   */
  features?: string | undefined;
  /**
   * Name of the value of an ONNX file that its pretrained classifier gives.
   *
   * Default: the output called logits, or the first.
   */
  logits?: string | undefined;
  /**
   * Side of the square images that it would be trained on, in pixels.
   *
   * Default: the model's own.
   */
  imageSize?: number | undefined;
  /**
   * Images in a batch that memory is estimated for.
   *
   * Default: 32.
   */
  batchSize?: number | undefined;
  /**
   * CPU threads that compare the network with its file.
   *
   * Default: one per core.
   */
  threads?: number | undefined;
}
