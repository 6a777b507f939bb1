import { argMax, type Prediction } from '../../training/evaluation.js';

/** What a run's classifier says of its test images, as it is tested. */
export class TestAnswers {
  readonly labels: number[] = [];
  /** Classes, one for each label. */
  readonly answers: number[] = [];

  readonly see = ({ logits, label }: Prediction): void => {
    this.labels.push(label);
    this.answers.push(argMax(logits));
  };
}
