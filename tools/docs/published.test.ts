import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join, posix } from 'node:path';
import { before, describe, test } from 'node:test';
import { commands } from '../../src/cli/commands/index.js';
import { packageFolder } from '../../src/package.js';
import { packageVersion } from '../../src/runtime/c-api/library.js';
import { installLine } from '../../src/runtime/cuda/install-line.js';
import { testFolder, writeImages } from '../../test/helpers/cli.js';
import { type Packed, pack } from '../../test/helpers/packed.js';
import { noSoftwareVulkan } from '../../test/helpers/software-vulkan.js';
import { commandsOf } from './commands.js';
import { documentPaths, linksOf } from './links.js';

const root = packageFolder();
const read = (...parts: readonly string[]) => readFileSync(join(root, ...parts), 'utf8');

/** What the words of documents in capitals stand for; earlier ones first. */
const examples: readonly (readonly [string, string])[] = [
  ['IMAGE...', 'flower.jpg'],
  ['DATA', 'photos'],
  ['MODEL', 'some-backbone'],
  ['EXPERIMENT', 'experiment'],
  ['RUN', 'runs/photos-some-backbone-adarand-1'],
  ['DIR --web', 'exported-page --web'],
  ['serve DIR', 'serve exported-page'],
  ['DIR', 'exported'],
  ['NAME', 'bss'],
];

interface PackageFile {
  readonly version: string;
  readonly bin: { readonly adarand: string };
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly scripts: Readonly<Record<string, string>>;
}

test('commands are found where they are', () => {
  const text =
    'Run `npm ci` and `adarand train photos`, not `train`.\n\n    npm ci && npm start    # a minute\n\n    $ adarand doctor\n    cpu\n';
  assert.deepEqual(commandsOf(text), [
    'npm ci',
    'npm start',
    'adarand doctor',
    'npm ci',
    'adarand train photos',
  ]);
});

describe('the package that npm packs', { skip: process.platform === 'win32' && 'no sh' }, () => {
  const folder = testFolder();
  let packed: Packed;

  const type = (line: string) =>
    new Promise<string>((resolve, reject) => {
      const env = {
        ...process.env,
        PATH: `${packed.bin}${delimiter}${process.env.PATH}`,
        ADARAND_CACHE: join(folder.path, 'cache'),
      };
      execFile('sh', ['-c', line], { cwd: packed.project, env }, (error, stdout, stderr) =>
        error === null ? resolve(stdout) : reject(new Error(`${line}\n${stdout}${stderr}`)),
      );
    });

  before(async () => {
    packed = await pack(folder.path);
    const at = (name: string) => join(packed.project, name);
    await writeImages(at('photos'), 10);
    cpSync(at('photos/red/00.png'), at('flower.jpg'));
    cpSync(join(root, 'assets', 'sample-backbone'), at('some-backbone'), { recursive: true });
  });

  test("has what README.md's links and pictures lead to", () => {
    const local = linksOf(read('README.md')).filter((link) => !/^[a-z]+:/.test(link));
    const missing = local.filter((link) => !packed.files.includes(link.replace(/#.*$/, '')));
    assert.deepEqual(missing, []);
    assert.ok(local.length > 20);
  });

  test('has what its documents link to, but for sources', () => {
    for (const path of packed.files.filter((name) => /^docs\/.*\.md$/.test(name))) {
      const targets = linksOf(read(path))
        .filter((link) => !/^(?:[a-z]+:|#)/.test(link))
        .map((link) => posix.join('docs', link.replace(/#.*$/, '')))
        .filter((target) => !/^(src|test|oracle|bench|examples)\//.test(target));
      assert.deepEqual(
        targets.filter((target) => !packed.files.includes(target)),
        [],
        path,
      );
    }
  });

  test('has its program, its entries and its network, and no tests', () => {
    const { bin, exports }: PackageFile = JSON.parse(read('package.json'));
    const entries = Object.values(exports).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry),
    );
    const assets = ['assets/sample-backbone/config.json', 'assets/page/index.html', 'dist/page/worker.js'];
    const licences = ['dist/licenses/zod.txt', 'dist/licenses/@bufbuild-protobuf.txt'];
    for (const path of [bin.adarand, ...entries, ...assets, ...licences, 'LICENSE'])
      assert.ok(packed.files.includes(path.replace(/^\.\//, '')), path);
    assert.deepEqual(
      packed.files.filter((path) => /\.test\.|\.map$/.test(path)),
      [],
    );
  });

  test("compiles README.md's programs, and says what each option is", async () => {
    const [library = '', method = ''] = Array.from(
      read('README.md').matchAll(/^```ts\n([\s\S]*?)^```/gm),
      ([, code]) => code,
    );
    writeFileSync(join(packed.project, 'library.ts'), library);
    writeFileSync(join(packed.project, 'own-method.ts'), method);
    const compilerOptions = { module: 'nodenext', target: 'es2023', strict: true, types: ['node'] };
    writeFileSync(join(packed.project, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    await type('node node_modules/typescript/bin/tsc');
    const declared = readFileSync(
      join(packed.project, 'node_modules/adarand/dist/run/options/options.gen.d.ts'),
      'utf8',
    );
    const properties = Array.from(declared.matchAll(/^(.*)\n {4}(\w+)\??: /gm));
    assert.ok(properties.length > 40);
    for (const [, line = '', name] of properties) assert.match(line, /\*\/$/, `${name} has no description`);
    assert.match(
      declared,
      /pixels\.\n\s+\*\n\s+\* Default: the model's own\.\n\s+\*\/\n\s+imageSize\?: number/,
    );
  });

  test("runs README.md's program", async () => {
    const stdout = await type('node library.js photos some-backbone flower.jpg');
    assert.match(stdout, /^flower\.jpg shows (blue|green|red)$/m);
    // What follows types the commands of documents, whose runs are counted from 1.
    await type('rm -r runs');
  });

  test('runs the commands of the documents as they are printed', async () => {
    const { scripts, bin, version }: PackageFile = JSON.parse(read('package.json'));
    const names = commands.map(({ name }) => name);
    const runners: readonly (readonly [RegExp, (...words: readonly string[]) => unknown])[] = [
      // A command that is only named.
      [/^adarand (\w+)$/, (name = '') => assert.ok(names.includes(name))],
      [/^(adarand train --resume \S+ --epochs) N$/, (line = '') => type(`${line} 30`)],
      // Of batches of four images, and a run that has ended.
      [
        /^(adarand train --resume \S+) --micro-batch 16$/,
        (line = '') => type(`${line} --micro-batch 2 --epochs 40`),
      ],
      [
        /^(adarand train (?:\S+ )?--resume (\S+))$/,
        (line = '', run = '') => type(`rm ${run}/summary.json && ${line}`),
      ],
      // For two configurations, not for the minutes that are printed.
      [
        /^(adarand tune (?!--resume).+?)(?: --minutes \d+)?$/,
        (line = '') => type(`rm -rf search && ${line} --trials 2 --epochs 2 --out search`),
      ],
      // Its journey is tune.test.ts; that of the documents has ended.
      [
        /^(adarand tune --resume) \S+$/,
        (line = '') => assert.rejects(type(`${line} search`), /search is finished already/),
      ],
      // With fewer runs than are printed.
      [
        /^(adarand compare (?!--resume).+)$/,
        async (line = '') => {
          const [, file = ''] = /^```yaml\n([\s\S]*?)^```/m.exec(read('docs/compare.md')) ?? [];
          writeFileSync(
            join(packed.project, 'experiment.yaml'),
            file.replace(/^fractions.*\n/m, '').replace(/^(seeds|epochs): \d+$/gm, '$1: 1'),
          );
          const few = line.replace(/ --(out|seeds|epochs|fractions) \S+/g, '').replace(/ --dry-run$/, '');
          const rest = / \S+\.yaml$/.test(few) ? '' : ' --seeds 1 --epochs 1';
          await type(`rm -rf experiment && ${few}${rest} --out experiment`);
        },
      ],
      [
        /^(adarand compare --resume) \S+$/,
        async (line = '') =>
          assert.match(await type(`${line} experiment`), /^experiment: 0 of \d+ runs left/m),
      ],
      // Where there is no graphics card of NVIDIA's, that is said.
      [
        /^(adarand train .*--device cuda)$/,
        (line = '') =>
          type(`${line} --out on-cuda`).catch((error: unknown) =>
            assert.match(String(error), /the device cuda does not work here: /),
          ),
      ],
      // No test uses the network: these are understood as far as the download. What others go on from is made without.
      [
        /^(adarand train .*--model \w+\/\S+.*)$/,
        async (line = '') => {
          const offline = type(`HF_HUB_OFFLINE=1 ${line}`);
          await assert.rejects(offline, /would have to be downloaded, and HF_HUB_OFFLINE/);
          if (line.includes(' --out ')) await type(line.replace(/--model \S+/, '--model some-backbone'));
        },
      ],
      [/^(adarand doctor) --network$/, (line = '') => type(line)],
      [
        /^(VK_DRIVER_FILES=\S+ adarand doctor)$/,
        async (line = '') => {
          const found = await type(line);
          if (!noSoftwareVulkan) assert.match(found, /^webgpu +yes /m);
        },
      ],
      // It serves until it is ended.
      [
        /^(adarand serve \S+)$/,
        async (line = '') => {
          const wait = "for i in $(seq 100); do grep -q ' is at ' served && break; sleep 0.5; done";
          const served = await type(`rm -f served; ${line} --port 0 > served & ${wait}; kill $!; cat served`);
          assert.match(served, / is at http:/, line);
        },
      ],
      [/^(adarand .+)$/, (line = '') => type(line)],
      [/^npx adarand$/, async () => assert.match(await type('npx adarand --help'), /^Usage: /)],
      [/^node (dist\/\S+)$/, (path) => assert.equal(path, bin.adarand)],
      // These take minutes, or need data and Python: what they start exists.
      [/^npm (start|test)$/, (name = '') => assert.ok(name in scripts)],
      [
        /^npm run ([\w:-]+)(?: .*)?$/,
        (name = '') => {
          assert.ok(name in scripts, name);
          for (const [, path = ''] of (scripts[name] ?? '').matchAll(/node build\/(\S+)\.js/g))
            assert.ok(existsSync(join(root, `${path}.ts`)), path);
        },
      ],
      [
        /^(?:[A-Z_]+=\S+ )*node (tools\/test\.mjs) \S+$/,
        (path = '') => assert.ok(existsSync(join(root, path))),
      ],
      [/^node build\/(\S+)\.js(?: \S+)*$/, (path = '') => assert.ok(existsSync(join(root, `${path}.ts`)))],
      [/^\.venv\/bin\/python (\S+)$/, (path = '') => assert.ok(existsSync(join(root, path)))],
      [/^\.venv\/bin\/pip install -r (\S+)$/, (path = '') => assert.ok(existsSync(join(root, path)))],
      // What `adarand doctor` prints where there is none: of the version of the package that runs on the CPU.
      [/^(pip install .*onnxruntime-gpu.*)$/, (line) => assert.equal(line, installLine(packageVersion()))],
      // The package is packed above. What follows needs a registry; a clean install is the first step of all checks.
      [/^npm pack$/, () => undefined],
      [
        /^npm install --ignore-scripts(?: PATH\/adarand-(.+)\.tgz)?$/,
        (given) => assert.ok([undefined, version].includes(given)),
      ],
      [/^npm ci$/, () => undefined],
      [/^python -m venv \.venv$/, () => undefined],
    ];
    const seen = new Set<string>();
    const printed = [
      // The changelog names what earlier versions had, too.
      ...['README.md', ...documentPaths()]
        .filter((path) => path !== 'CHANGELOG.md')
        .map((path) => ({ path, found: commandsOf(read(path)) })),
      ...commands.map(({ name, example }) => ({ path: `${name} --help`, found: [`adarand ${example}`] })),
    ];
    for (const { path, found } of printed)
      for (const command of found) {
        const line = examples.reduce((text, [word, value]) => text.replace(word, value), command);
        if (seen.has(line)) continue;
        seen.add(line);
        const [pattern, run] =
          runners.find(([known]) => known.test(line)) ?? assert.fail(`${path}: nothing tests \`${command}\``);
        await run(...(pattern.exec(line) ?? []).slice(1));
      }
    assert.ok(seen.has('adarand train photos --model some-backbone --epochs 10'));
  });

  test('says what to do where a library is missing', async () => {
    for (const library of ['sharp', 'onnxruntime-node']) {
      const path = join(packed.project, 'node_modules', library);
      rmSync(path);
      const missing = new RegExp(
        `error: a library that adarand needs cannot be loaded: ${library} is missing\nhint: The installation is not complete`,
      );
      await assert.rejects(type('adarand train photos --model sample'), missing);
      symlinkSync(join(root, 'node_modules', library), path);
    }
  });
});
