import { create, toBinary } from '@bufbuild/protobuf';
import { tfrecord } from '../../files/tfrecord.js';
import type { MetricsLine } from '../folder/metrics-log.js';
import type { RunRecord, RunSummary } from '../folder/record.js';
import { sessionStart } from './hparams.js';
import { taggedMetrics } from './tags.js';
import {
  EventSchema,
  type HParamsPluginData,
  HParamsPluginDataSchema,
  SessionEndInfoSchema,
  Summary_ImageSchema,
  type Summary_Value,
  Summary_ValueSchema,
  SummarySchema,
  TensorProtoSchema,
} from './tensorboard_pb.js';

/** A picture, encoded as PNG. */
export interface Picture {
  readonly tag: string;
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** What a test gave. */
export type TestedRun = Pick<RunSummary, 'steps' | 'test_accuracy' | 'test_balanced_accuracy' | 'test_loss'>;

/** How an event file begins: its version, and the hyper-parameters. */
export function firstEvents(record: RunRecord): Uint8Array {
  const wallTime = Date.parse(record.started) / 1000;
  const version = { case: 'fileVersion', value: 'brain.Event:2' } as const;
  const start = { case: 'sessionStartInfo', value: sessionStart(record) } as const;
  return Buffer.concat([
    tfrecord(toBinary(EventSchema, create(EventSchema, { wallTime, what: version }))),
    summaryEvent(wallTime, 0, [hparams('_hparams_/session_start_info', start)]),
  ]);
}

/** A line of `metrics.jsonl`. Lines of earlier versions do not say when they were written: `otherwise`, Unix seconds. */
export function metricsEvent(line: MetricsLine, otherwise: number): Uint8Array {
  const scalars = Array.from(taggedMetrics(line), ([tag, value]) => scalar(tag, value));
  return summaryEvent(line.unix_seconds ?? otherwise, line.step, scalars);
}

/** How the event file of a finished run ends: what the test gave, pictures, and the end of the session. */
export function lastEvents(summary: TestedRun, pictures: readonly Picture[], wallTime: number): Uint8Array {
  const { steps, test_accuracy, test_balanced_accuracy, test_loss } = summary;
  const tested = Object.entries({
    'test/accuracy': test_accuracy,
    'test/balanced_accuracy': test_balanced_accuracy,
    'test/loss': test_loss,
  }).flatMap(([tag, value]) => (value === null ? [] : [scalar(tag, value)]));
  const drawn = pictures.map(({ tag, png, width, height }) => {
    const colorspace = 4; // RGBA
    const image = create(Summary_ImageSchema, { width, height, colorspace, encodedImageString: png });
    return create(Summary_ValueSchema, { tag, value: { case: 'image', value: image } });
  });
  const shown = summaryEvent(wallTime, steps, [...tested, ...drawn]);
  return Buffer.concat([shown, sessionEnd('success', steps, wallTime)]);
}

/** As the plugin for hyper-parameters numbers them. */
const sessionStatus = { success: 1, failure: 2 } as const;

/** How a run has ended. */
export function sessionEnd(status: keyof typeof sessionStatus, steps: number, wallTime: number): Uint8Array {
  const value = create(SessionEndInfoSchema, { status: sessionStatus[status], endTimeSecs: wallTime });
  const data = { case: 'sessionEndInfo', value } as const;
  return summaryEvent(wallTime, steps, [hparams('_hparams_/session_end_info', data)]);
}

function summaryEvent(wallTime: number, step: number, value: Summary_Value[]): Uint8Array {
  const what = { case: 'summary', value: create(SummarySchema, { value }) } as const;
  return tfrecord(toBinary(EventSchema, create(EventSchema, { wallTime, step: BigInt(step), what })));
}

/** In single precision, as the format has it: what is too large for that is infinite. */
function scalar(tag: string, value: number): Summary_Value {
  return create(Summary_ValueSchema, { tag, value: { case: 'simpleValue', value: Math.fround(value) } });
}

/** What the plugin wants is in the metadata; the value is a tensor [1] of zeros, as the plugin's own writer has it. */
function hparams(tag: string, data: HParamsPluginData['data']): Summary_Value {
  const content = toBinary(HParamsPluginDataSchema, create(HParamsPluginDataSchema, { data }));
  const DT_FLOAT = 1;
  const tensor = create(TensorProtoSchema, {
    dtype: DT_FLOAT,
    tensorShape: { dim: [{ size: 1n }] },
    floatVal: [0],
  });
  return create(Summary_ValueSchema, {
    tag,
    metadata: { pluginData: { pluginName: 'hparams', content } },
    value: { case: 'tensor', value: tensor },
  });
}
