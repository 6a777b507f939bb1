import { Classifier } from '../../classifier/classifier.js';
import { AdarandError } from '../../errors.js';
import { accessOf } from '../../serve/access-options.js';
import { howToAsk } from '../../serve/how-to-ask.js';
import { type ServeOptions, serveOptionsSchema } from '../../serve/options.js';
import { routesOf } from '../../serve/routes.js';
import { type ServedFolder, servedFolder } from '../../serve/served-folder.js';
import { startServer } from '../../serve/server.js';
import { reportError } from '../errors.js';
import { atOnce } from '../interruption.js';
import { printJson } from '../json.js';
import { createProgress, type Progress } from '../progress.js';
import { print, printError } from '../terminal.js';
import { untilInterrupted } from '../until-interrupted.js';
import type { Command } from './command.js';

/** Images that may wait for their answers. */
const MAX_WAITING = 64;

export const command = {
  options: serveOptionsSchema,
  arguments: ['folder'],
  async run({ parse, given, json }) {
    const options = parse(serveOptionsSchema);
    const { folder, port, maxMegabytes } = options;
    const access = accessOf(options);
    const there = await servedFolder(folder);
    const classifier = await classifierOf(there, options, createProgress({ json }));
    if (classifier === undefined) checkEffect(folder, given);
    const needsToken = access.token !== undefined;
    const limits = { maxBytes: maxMegabytes * 1e6, maxWaiting: MAX_WAITING, needsToken };
    const server = await startServer(
      (url) => routesOf({ folder, page: there.page, classifier }, { url, ...limits }),
      { port, access, report: (error) => reportError(error, { json: false }) },
    ).catch(async (error: unknown) => {
      await classifier?.close();
      throw error;
    });
    const { url } = server;
    const predict = classifier && `${url}predict`;
    if (json) printJson({ type: 'serving', folder, url, page: there.page !== undefined, predict });
    else {
      const reach = needsToken ? 'for who has the token' : 'only on this machine';
      const ask = classifier === undefined ? '' : `classify an image: ${howToAsk(url, { needsToken })}\n`;
      print(`${folder} is at ${url} (${reach}); Ctrl-C ends it\n${ask}`);
    }
    await untilInterrupted((signal) => {
      if (!json) printError(atOnce('ends when what was asked is answered', signal, 'end'));
    });
    await server.close();
    await classifier?.close();
  },
} satisfies Command<typeof serveOptionsSchema>;

/** The folder's classifier. A page is served without it, too, and then it is said why. */
async function classifierOf(
  { page, hasClassifier }: ServedFolder,
  { folder, device, threads }: ServeOptions,
  { onEvent }: Progress,
): Promise<Classifier | undefined> {
  if (!hasClassifier) return undefined;
  try {
    const classifier = await Classifier.load(folder, { device, threads });
    if (classifier.unfinished !== undefined)
      onEvent({ type: 'unfinished', path: folder, ...classifier.unfinished });
    return classifier;
  } catch (error) {
    if (page === undefined || !(error instanceof AdarandError)) throw error;
    onEvent({ type: 'remark', text: `Only the page is served, no classifier: ${error.message}` });
    return undefined;
  }
}

/** @throws AdarandError `serve.no-effect` for an option of the classifier, where there is none. */
function checkEffect(folder: string, given: Readonly<Record<string, unknown>>): void {
  const flags = { device: '--device', threads: '--threads', maxMegabytes: '--max-megabytes' };
  const vain = Object.entries(flags).filter(([key]) => key in given);
  if (vain.length === 0) return;
  const names = vain.map(([, flag]) => flag).join(' and ');
  throw new AdarandError(
    'serve.no-effect',
    `${names} would have no effect: ${folder} has a page, and no classifier is served with it`,
    'Leave it out.',
  );
}
