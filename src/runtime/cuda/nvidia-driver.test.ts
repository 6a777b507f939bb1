import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DriverFunctions, describeDriver } from './nvidia-driver.js';

/** A driver for CUDA 13.2 with these cards. */
function driverOf(
  cards: readonly (readonly [name: string, bytes: bigint, capability: readonly [number, number]])[],
) {
  const functions: DriverFunctions = {
    init: () => 0,
    driverVersion: (version) => put(version, 13_020),
    deviceCount: (count) => put(count, cards.length),
    deviceName(name, device) {
      name.set(Buffer.from(cards[device]?.[0] ?? ''));
      return 0;
    },
    deviceMemory(bytes, device) {
      bytes[0] = cards[device]?.[1] ?? 0n;
      return 0;
    },
    deviceAttribute: (value, attribute, device) => put(value, cards[device]?.[2][attribute - 75] ?? -1),
    nameOf: (error) => (error === 803 ? 'CUDA_ERROR_SYSTEM_DRIVER_MISMATCH' : undefined),
  };
  return functions;
}

function put(place: Int32Array, value: number): number {
  place[0] = value;
  return 0;
}

test('a driver is described by its version and its cards', () => {
  const described = describeDriver(
    driverOf([
      ['NVIDIA H200', 150_754_820_096n, [9, 0]],
      ['Tesla T4', 15_843_721_216n, [7, 5]],
    ]),
  );
  assert.deepEqual(described, {
    cuda: '13.2',
    cards: [
      { name: 'NVIDIA H200', memoryBytes: 150_754_820_096, capability: '9.0' },
      { name: 'Tesla T4', memoryBytes: 15_843_721_216, capability: '7.5' },
    ],
  });
});

test('a driver without cards is one; what fails is named as the driver names it', () => {
  const none = driverOf([]);
  assert.deepEqual(describeDriver({ ...none, init: () => 100 }), { cuda: '13.2', cards: [] });
  assert.throws(() => describeDriver({ ...none, init: () => 803 }), {
    message: 'cuInit failed with CUDA_ERROR_SYSTEM_DRIVER_MISMATCH',
  });
  assert.throws(() => describeDriver({ ...none, deviceCount: () => 4321 }), {
    message: 'cuDeviceGetCount failed with error 4321',
  });
});
