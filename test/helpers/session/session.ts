/** The command line for tests that type many commands: in a process that stays, which is three to six times as fast. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundled, type Ended, environment } from '../cli.js';
import { nodeFlags } from '../node-flags.js';
import { END, fromSessionSchema, type ToSession } from './messages.js';

interface Session {
  readonly child: ChildProcess;
  readonly stdout: Output;
  readonly stderr: Output;
  /** The last command that was typed. */
  last: Promise<unknown>;
}

/** By their folders and environments. */
const sessions = new Map<string, Session>();

after(() =>
  Promise.all(
    Array.from(sessions.values(), async ({ child }) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    }),
  ),
);

/**
 * Runs `adarand` to its end, as `adarand` of `cli.ts` does, and gives the same; commands of a folder run one after another. It is
 * the published program, but a command's process is that of the command before it: what concerns processes (signals, memory,
 * several operations at once) is not tested by it.
 */
export function adarandInSession(cwd: string, ...words: readonly string[]): Promise<Ended> {
  const env = environment(cwd);
  const key = JSON.stringify([cwd, env]);
  const session = sessions.get(key) ?? begin(cwd, env);
  sessions.set(key, session);
  const ended = session.last.then(() => type(session, words));
  session.last = ended.catch(() => undefined);
  return ended;
}

function begin(cwd: string, env: NodeJS.ProcessEnv): Session {
  const program = fileURLToPath(new URL('process.js', import.meta.url));
  const child = spawn(process.execPath, [...nodeFlags, program, bundled('cli/main')], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  return {
    child,
    stdout: new Output(child.stdout),
    stderr: new Output(child.stderr),
    last: Promise.resolve(),
  };
}

async function type({ child, stdout, stderr }: Session, words: readonly string[]): Promise<Ended> {
  const died = new AbortController();
  const onClose = () => died.abort(new Error(`the session ended: ${stdout.text}${stderr.text}`));
  child.on('close', onClose);
  try {
    const message: ToSession = { words: [...words] };
    child.send(message);
    const [answer]: unknown[] = await once(child, 'message', { signal: died.signal });
    const { code } = fromSessionSchema.parse(answer);
    return { code, stdout: await stdout.untilEnd(), stderr: await stderr.untilEnd() };
  } finally {
    child.off('close', onClose);
  }
}

/** What is printed, command by command. */
class Output {
  text = '';

  private readonly stream: Readable;

  constructor(stream: Readable | null) {
    if (stream === null) throw new Error('its output is no pipe');
    this.stream = stream;
    stream.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
    });
  }

  /** What the command that has ended printed. */
  async untilEnd(): Promise<string> {
    while (!this.text.includes(END)) await once(this.stream, 'data');
    const [printed = '', ...rest] = this.text.split(END);
    this.text = rest.join(END);
    return printed;
  }
}
