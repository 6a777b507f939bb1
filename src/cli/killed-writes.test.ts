import assert from 'node:assert/strict';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { type Ended, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { chosen, filesIn, Interrupted } from '../../test/helpers/interrupted.js';
import { eventsOf, otherValuesOf, scalarsOf } from '../../test/helpers/tensorboard-events.js';
import { readJsonLines } from '../files/json-lines.js';

/** With a checkpoint after every step, two epochs. */
const recipe = [
  ...['../colours', '--model', '../tiny.onnx', '--epochs', '2', '--batch-size', '4'],
  ...['--log-every', '2', '--checkpoint-seconds', '0.000001', '--threads', '1'],
];
const named = ['train', ...recipe, '--out', 'run'];
const unnamed = ['train', ...recipe];
const longer = ['train', '--resume', 'run', '--epochs', '3'];

describe('a run that is interrupted where it changes a file', () => {
  const folder = testFolder();
  let commands: Interrupted;
  let changes: readonly string[] = [];

  before(async () => {
    await writeImages(join(folder.path, 'colours'), 8);
    await writeModel(join(folder.path, 'tiny.onnx'));
    commands = new Interrupted(folder.path);
    const whole = await commands.count('whole', named, 'space:2000000');
    assert.equal(whole.ended.code, 0, whole.ended.stderr);
    ({ changes } = whole);
  });

  /** What the messages say, until the run is finished; where they say nothing, the same command again. */
  const continued = async (name: string, said: string, command: readonly string[]): Promise<void> => {
    if (/run\S* is finished nevertheless\.$/m.test(said)) return;
    let stderr = said;
    for (let attempt = 0; attempt < 3; attempt++) {
      const resume = /adarand train --resume (\S+)/.exec(stderr)?.[1];
      const ended = await commands.run(name, resume === undefined ? command : ['train', '--resume', resume]);
      if (ended.code === 0 || /is finished already|exists already: a finished run/.test(ended.stderr)) return;
      ({ stderr } = ended);
    }
    assert.fail(`it cannot be continued: ${stderr}`);
  };

  const assertSame = async (name: string, path: string, as = 'whole') => {
    const [expected, actual] = [join(folder.path, as, 'run'), join(folder.path, name, path)];
    assert.deepEqual(
      await filesIn(join(folder.path, name)),
      (await filesIn(expected)).map((file) => join(path, file)),
    );
    for (const file of [
      'model.onnx',
      'images.jsonl',
      'preparation.safetensors',
      'checkpoints/best.safetensors',
    ])
      assert.ok((await readFile(join(actual, file))).equals(await readFile(join(expected, file))), file);
    assert.deepEqual(await summaryOf(actual), await summaryOf(expected));
    assert.deepEqual(await metricsOf(actual), await metricsOf(expected));
    assert.deepEqual(await shownOf(actual), await shownOf(expected));
  };

  const copied = (name: string) =>
    cp(join(folder.path, 'whole/run'), join(folder.path, name, 'run'), { recursive: true });

  test('ends as if nothing had happened, wherever it was killed', async (t) => {
    assert.ok(changes.length > 80, changes.join('\n'));
    for (const point of chosen(changes.length, 1, 3))
      await t.test(`before ${point}: ${changes[point - 1]}`, async () => {
        const name = `killed-${point}`;
        // With or without a name; where the message was read, and where it was lost with the terminal.
        const command = point % 3 === 0 ? unnamed : named;
        const killed = await commands.interrupt(name, `kill:${point}`, command);
        assert.match(killed.stderr, /SIGKILL/);
        await continued(name, point % 3 === 1 ? '' : killed.stderr, command);
        await assertSame(name, command === named ? 'run' : 'runs/colours-tiny-adarand-1');
      });
  });

  test('says where the disk was full, and can be continued', async (t) => {
    for (const point of chosen(changes.length, 1, 4))
      await t.test(`before ${point}: ${changes[point - 1]}`, async () => {
        const name = `full-${point}`;
        const full = await commands.interrupt(name, `full:${point}`, named);
        if (full.code !== 0) await assertFull(name, full);
        if (full.code !== 0) await continued(name, full.stderr, named);
        await assertSame(name, 'run');
      });
  });

  test('and had ended, and was to be trained on, is trained on when that is typed again', async (t) => {
    await copied('longer');
    const whole = await commands.count('longer', longer);
    assert.equal(whole.ended.code, 0, whole.ended.stderr);
    const begun = whole.changes.indexOf('rename run/run.json') + 1;
    assert.ok(begun > 10, whole.changes.join('\n'));
    // Each place is tried in both ways.
    for (const number of chosen(2 * begun, 1, 5)) {
      const [how, point] = [number % 2 === 0 ? 'kill' : 'full', Math.ceil(number / 2)];
      await t.test(`${how} before ${point}: ${whole.changes[point - 1]}`, async () => {
        const name = `longer-${how}-${point}`;
        await copied(name);
        const { code, stderr } = await commands.interrupt(name, `${how}:${point}`, longer);
        if (how === 'full') {
          assert.equal(code, 2, stderr);
          assert.match(stderr, /^error: No space left to write run/m);
          const typed = /adarand (train --resume .*)$/m.exec(stderr)?.[1] ?? longer.join(' ');
          assert.equal(typed, longer.join(' '));
        } else {
          assert.match(stderr, /SIGKILL/);
          await continued(name, stderr, longer);
        }
        const again = await commands.run(name, longer);
        assert.ok(again.code === 0 || /is finished already/.test(again.stderr), again.stderr);
        await assertSame(name, 'run', 'longer');
      });
    }
  });

  test('is refused before training where it cannot fit, and then leaves nothing or all as it was', async () => {
    const first = await commands.interrupt('small', 'space:20000', named);
    assert.equal(first.code, 2);
    assert.match(
      first.stderr,
      /^error: run takes 2 MB for checkpoints and the model, and its disk has 20 kB left\nhint: Free some space, or/m,
    );
    assert.deepEqual(await filesIn(join(folder.path, 'small')), []);

    await copied('small');
    const on = await commands.interrupt('small', 'space:20000', longer);
    assert.match(
      on.stderr,
      /^error: run takes \d+ kB for .* 20 kB left\nhint: Free some space. Then continue .*adarand train --resume run --epochs 3$/m,
    );
    await assertSame('small', 'run');
  });

  const assertFull = async (name: string, { code, stderr }: Ended) => {
    assert.equal(code, 2, stderr);
    const files = await filesIn(join(folder.path, name));
    const hint = files.includes('run/run.json')
      ? 'Free some space. Then continue from the last checkpoint: \\S*adarand train --resume run'
      : 'Free some space, or write to another disk.';
    assert.match(stderr, new RegExp(`^error: No space left to write run.*\nhint: ${hint}$`, 'm'));
    if (!files.includes('run/run.json')) assert.deepEqual(files, [], 'it leaves nothing');
  };
});

/** Without what depends on the clock, the place and the process. */
async function summaryOf(run: string): Promise<unknown> {
  const {
    seconds_per_epoch,
    peak_memory_bytes,
    profile,
    run: path,
    ...rest
  } = JSON.parse(await readFile(join(run, 'summary.json'), 'utf8'));
  return rest;
}

async function metricsOf(run: string): Promise<unknown> {
  const lines = await readJsonLines(join(run, 'metrics.jsonl'));
  const timed = /^(seconds|validation_seconds|images_per_second|wait_fraction|unix_seconds)$/;
  return lines.map((line) =>
    JSON.parse(JSON.stringify(line, (key, value) => (timed.test(key) ? undefined : value))),
  );
}

/** What TensorBoard shows, as far as it does not depend on the clock. */
async function shownOf(run: string): Promise<unknown> {
  const events = await eventsOf(run);
  const timed = /second|wait_fraction/;
  const pictures = otherValuesOf(events).filter(({ value }) => value.case === 'image');
  return [scalarsOf(events).map((one) => (timed.test(one.tag) ? { ...one, value: 0 } : one)), pictures];
}
