import type { Shape } from '../../graph/tensor.js';
import type { OnnxModel } from '../onnx-import/decode.js';
import type { LinearHead } from './linear-layer.js';
import type { TokenChoice } from './tokens.js';

/** What a new head reads of an ONNX graph, and the classifier at its end. */
export interface FoundHead {
  /** Name of the value that the classifier reads. */
  readonly features: string;
  /** Whether that value's maps [N,d,H,W] must still be averaged. */
  readonly pool: boolean;
  /** What becomes the features where the value is tokens [N,T,d]; without it, it must not be. */
  readonly tokens: TokenChoice | undefined;
  /** Without it, the features are all that is known. */
  readonly linear: Pick<LinearHead, 'weight' | 'bias'> | undefined;
  /** The model with the nodes that make the features, where they are not in the file as they are. */
  readonly model: OnnxModel;
  /** Name of the value that the classifier gives in the end; without one, of the features. */
  readonly output: string;
  /** What the file makes of the logits. */
  readonly normalised: 'Softmax' | 'LogSoftmax' | undefined;
  /** What is to be said of the choice before training, given the shape of the value that is read. */
  readonly remark: ((shape: Shape) => string) | undefined;
}
