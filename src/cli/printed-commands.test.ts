import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { type Ended, start, testFolder, typed, writeImages, writeModel } from '../../test/helpers/cli.js';
import { at } from '../errors.js';
import { packageFolder } from '../package.js';
import { commands } from './commands/index.js';

/** The commands in messages, as the code writes them, and what is printed; every one is typed below. */
const printed = {
  resume: [
    "'train', '--resume', run",
    "'train', '--resume', path",
    "'train', '--resume', path, ...changeFlags(change)",
    "'train', '--resume', path, ...longer",
    // Typed in resume.test.ts.
    "'train', 'DATA', '--resume', run",
  ],
  afterTraining: [
    "'look', run",
    "'train', ...flags",
    "'predict', run",
    "'export', run",
    "'predict', run, STANDARD_INPUT",
    "'export', path, '--to', 'DIR'",
  ],
  // Their journey is page.test.ts.
  page: ["'export', 'RUN', '--to', 'DIR', '--web'", "'serve', folder", "'serve', path"],
  // Their journey is tune.test.ts.
  // Their journey is compare.test.ts.
  experiment: [
    "'compare', '--resume', path",
    "'compare', '--resume', out",
    "'compare', '--resume', path, '--retry'",
    "'compare', '--resume', relative('', experiment) || '.', '--retry'",
    "'compare', '--help'",
    "writer, '--resume', path",
    "'compare', ...words",
    "'report', path",
  ],
  search: ["'tune', '--resume', path", "'tune', '--resume', path, '--minutes', enough"],
  // Of what is looked at by `watch`: the same commands.
  watched: ['...resuming[kind], path', "'train', '--resume', run.path"],
  help: ["'--help'", "command.name, '--help'", "to.name(), '--help'"],
  explained: ["'methods'", "'doctor'", "'models'"],
  // They need a network.
  online: ["'doctor', '--network'", "'train', 'DATA', '--model', 'timm/resnet18.a1_in1k'"],
  // The program's own name, and commands in the descriptions of options.
  inHelp: ['', "...words.split(' ')"],
} as const;

const source = join(packageFolder(), 'src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.ts$/.test(name) && !/(\.test|\.gen)\.ts$/.test(name))
  .map((name) => {
    const text = readFileSync(join(source, name), 'utf8');
    return { name, text, code: text.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/^\s*\/\/.*$/gm, '') };
  });

test('every command in a message is one that is typed here', () => {
  const calls = files
    .filter(({ name }) => name !== join('run', 'command-line.ts'))
    .flatMap(({ text }) =>
      Array.from(text.matchAll(/commandLine\(((?:[^()]|\(.*?\))*)\)/g), ([, words = '']) => words),
    );
  assert.deepEqual([...new Set(calls)].sort(), Object.values(printed).flat().sort());
});

test('no message has a command that is not made for who reads it', () => {
  const names = commands.map(({ name }) => name).join('|');
  const found = files.flatMap(({ name, code }) =>
    Array.from(code.matchAll(new RegExp(`adarand (?:${names})\\b[^\`]*`, 'g')), ([command]) => ({
      name,
      command,
    })),
  );
  // Descriptions of options: `--help` makes commands of them, and documents have them as they are.
  const described = [join('run', 'options', 'device-options.ts'), join('run', 'options', 'train-options.ts')];
  assert.deepEqual(
    found.filter(({ name }) => !described.includes(name)),
    [],
  );
  assert.deepEqual([...new Set(found.map(({ command }) => command))].sort(), [
    'adarand doctor',
    'adarand inspect MODEL',
    'adarand methods',
    'adarand methods NAME',
  ]);
});

// They need a network: what they say is tested where they are.
test('the commands of other programs in messages are these', () => {
  const found = files.flatMap(({ code }) =>
    Array.from(code.matchAll(/\b(?:npm|npx|git) (?:--yes |lfs )?[a-z]+(?: --[a-z=-]+)*/g), ([line]) => line),
  );
  assert.deepEqual([...new Set(found)].sort(), [
    'git lfs pull',
    'npm install',
    'npm install --ignore-scripts',
    'npm install --ignore-scripts --include=optional',
    'npx --yes esbuild',
    // How this program is started; the tests of run/command-line.ts try it.
    'npx adarand',
  ]);
});

describe('commands are typed as they are printed', { skip: process.platform === 'win32' && 'no sh' }, () => {
  const folder = testFolder();
  const type = (line: string) => typed(folder.path, line);
  const works = async (line: string) => {
    const ended = await type(line);
    assert.equal(ended.code, 0, `${line}\n${ended.stderr}`);
    return ended;
  };
  /** The command that a failed one leads to: what begins with `adarand`, to the end of its sentence. */
  const printedBy = ({ code, stderr }: Ended): string => {
    assert.notEqual(code, 0);
    const [, hint = ''] = /^hint: (.*)$/m.exec(stderr) ?? assert.fail(`no hint: ${stderr}`);
    const [, quoted, bare] =
      /`(adarand [^`]+)`|(adarand .+)$/.exec(hint) ?? assert.fail(`no command: ${hint}`);
    return quoted ?? bare ?? '';
  };

  /** The command of a page trains the same run once more. */
  const sameRun = async (page: string) => {
    const [, escaped = ''] = /<pre>(adarand train [^<]*)<\/pre>/.exec(page) ?? assert.fail(page);
    const line = escaped.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
    const { stdout } = await works(line);
    const [, run = ''] = /^written: (\S+)\/ /m.exec(stdout) ?? assert.fail(stdout);
    const figures = (path: string) => {
      const { test_loss, val_loss, steps } = JSON.parse(
        readFileSync(join(folder.path, path, 'summary.json'), 'utf8'),
      );
      return { test_loss, val_loss, steps };
    };
    assert.deepEqual(figures(run), figures('my run'));
  };

  before(async () => {
    await writeImages(join(folder.path, 'my colours'), 8);
    await writeModel(join(folder.path, 'tiny.onnx'));
  });

  test('that continue a run', async () => {
    const args = [
      "'my colours'",
      '--model',
      'tiny.onnx',
      '--no-tensorboard',
      '--epochs',
      '40',
      '--out',
      "'my run'",
    ];
    const running = start(folder.path, 'train', ...args.map((word) => word.replaceAll("'", '')));
    await running.line(/^epoch +2/);
    running.process.kill('SIGINT');
    const hints = [
      await running.ended,
      await type("adarand train --resume 'my run' --seed 3"),
      await type(`adarand train ${args.join(' ')}`),
    ].map(printedBy);
    assert.deepEqual([...new Set(hints)], ["adarand train --resume 'my run'"]);
    const { stdout } = await works(at(hints, 0));
    // The end of a run names what is done with it.
    const [, predict = '', save = ''] = /^next: (.+) {3}or {3}(.+)$/m.exec(stdout) ?? assert.fail(stdout);
    const [, see = ''] = /^see it: (.+)$/m.exec(stdout) ?? assert.fail(stdout);
    const [, page = ''] = /^written: (.*) \(/m.exec((await works(see)).stdout) ?? [];
    await works(predict.replace('IMAGE...', "'my colours/red/00.png'"));
    await works(save.replace('DIR', 'exported'));
    await sameRun(readFileSync(join(folder.path, page), 'utf8'));
    const vast = await type("head -c 300000000 /dev/zero | adarand predict 'my run' -");
    const [, send = ''] = /: (adarand predict .*) < IMAGE\. /.exec(vast.stderr) ?? assert.fail(vast.stderr);
    await works(`${send} < 'my colours/red/00.png'`);
    await works(printedBy(await type("adarand train --resume 'my run'")));
    const asModel = await type("adarand train 'my colours' --model 'my run'");
    await works(printedBy(asModel).replace('DIR', 'as-a-model'));

    const again = await type(`adarand train ${args.join(' ')}`);
    assert.match(
      again.stderr,
      /my run exists already: a finished run\nhint: Choose another --out, or leave it out/,
    );
    await works(`adarand train ${args.slice(0, 3).join(' ')} --epochs 1`);
    const none = await type("adarand train --resume 'my colours'");
    assert.match(none.stderr, /is not a run.*\nhint: Give the folder of a run: `run.json` is in it\./);
  });

  test('that explain', async () => {
    for (const line of ['adarand nothing', 'adarand train --nothing', 'adarand train x --model y --epochs z'])
      await works(printedBy(await type(line)));
    const train = "adarand train 'my colours' --model tiny.onnx";
    assert.match((await works(printedBy(await type(`${train} --method none`)))).stdout, /^bss /m);
    const [, one = ''] =
      /^(adarand methods NAME) explains/m.exec((await works('adarand methods')).stdout) ?? [];
    assert.match((await works(one.replace('NAME', 'bss'))).stdout, /^bss: /);
    await works(printedBy(await type("adarand train 'my colours'")));
    const cuda = await type(`${train} --device cuda`);
    if (cuda.code !== 0) assert.match((await works(printedBy(cuda))).stdout, /^cuda /m);
  });

  test('in the help', async () => {
    const named = new Set<string>();
    for (const { name } of commands) {
      const { stdout } = await works(`adarand ${name} --help`);
      assert.match(stdout, new RegExp(`^Usage: adarand ${name} `));
      for (const [, line = ''] of stdout.replace(/\n +/g, ' ').matchAll(/`(adarand [^`]+)`/g))
        named.add(line);
    }
    assert.deepEqual([...named].sort(), [
      'adarand doctor',
      'adarand inspect MODEL',
      'adarand methods',
      'adarand methods NAME',
    ]);
    for (const line of named) await works(line.replace('NAME', 'bss').replace('MODEL', 'sample'));
  });
});
