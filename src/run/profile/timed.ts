import type { Driver } from '../../runtime/driver.js';
import type { CheckpointStore } from '../../training/checkpoint.js';
import type { FeatureStore } from '../../training/feature-store.js';
import type { WorkClock } from './work-clock.js';

/** The same driver, whose sessions tell the clock when they run. */
export function timedDriver(driver: Driver, clock: WorkClock): Driver {
  return {
    name: driver.name,
    channelBlock: (device) => driver.channelBlock(device),
    memory: async (device) => {
      const memory = await driver.memory(device);
      return (
        memory && {
          allocate: (type) => memory.allocate(type),
          copy: (from, to) => clock.running(() => memory.copy(from, to)),
        }
      );
    },
    memoryLimit: (device) => driver.memoryLimit(device),
    async createSession(model, options) {
      const session = await driver.createSession(model, options);
      return {
        inputNames: session.inputNames,
        outputNames: session.outputNames,
        run: (feeds, fetches) => clock.running(() => session.run(feeds, fetches)),
        release: () => session.release(),
      };
    },
  };
}

/** The same checkpoints, whose writing and reading is time to save. */
export function timedCheckpoints(store: CheckpointStore, clock: WorkClock): CheckpointStore {
  return {
    saveLast: (tensors, position) => clock.during('save', () => store.saveLast(tensors, position)),
    saveBest: (tensors, position) => clock.during('save', () => store.saveBest(tensors, position)),
    loadBest: () => clock.during('save', () => store.loadBest()),
  };
}

/** The same features, whose writing is time to save. */
export function timedFeatures(store: FeatureStore, clock: WorkClock): FeatureStore {
  return {
    keeps: (epoch, isLast) => store.keeps(epoch, isLast),
    saveEpoch: (epoch, outputs) => clock.during('save', () => store.saveEpoch(epoch, outputs)),
    saveTest: (epoch, outputs) => clock.during('save', () => store.saveTest(epoch, outputs)),
  };
}
