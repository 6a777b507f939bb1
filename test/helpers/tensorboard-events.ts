import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fromBinary } from '@bufbuild/protobuf';
import { crc32c, masked } from '../../src/files/tfrecord.js';
import { type Event, EventSchema, type Summary_Value } from '../../src/run/tensorboard/tensorboard_pb.js';

/** The events of a file of a run, whose checksums must be right and which must end with a whole record. */
export async function eventsOf(run: string): Promise<Event[]> {
  return eventsIn(await readFile(`${run}/tensorboard/events.out.tfevents.0.adarand`));
}

export function eventsIn(bytes: Uint8Array): Event[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: Event[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at, true));
    const data = bytes.subarray(at + 12, at + 12 + length);
    assert.equal(view.getUint32(at + 8, true), masked(crc32c(bytes.subarray(at, at + 8))));
    assert.equal(view.getUint32(at + 12 + length, true), masked(crc32c(data)));
    events.push(fromBinary(EventSchema, data));
    at += length + 16;
  }
  return events;
}

/** `step tag value` of every scalar, in order. */
export function scalarsOf(events: readonly Event[]): { step: number; tag: string; value: number }[] {
  return events.flatMap(({ step, what }) =>
    what.case === 'summary'
      ? what.value.value.flatMap(({ tag, value }) =>
          value.case === 'simpleValue' ? [{ step: Number(step), tag, value: value.value }] : [],
        )
      : [],
  );
}

/** The values that are no scalars: pictures, and what the plugin for hyper-parameters reads. */
export function otherValuesOf(events: readonly Event[]): Summary_Value[] {
  return events.flatMap(({ what }) =>
    what.case === 'summary' ? what.value.value.filter(({ value }) => value.case !== 'simpleValue') : [],
  );
}
