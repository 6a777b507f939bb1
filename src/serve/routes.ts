import type { IncomingMessage, ServerResponse } from 'node:http';
import { howToAsk } from './how-to-ask.js';
import { hasFile, respondFile } from './page-files.js';
import { type ImageClassifier, type PredictLimits, predictRoute } from './predict-route.js';
import { jsonReply, respond, textReply } from './respond.js';

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>;

export interface Route {
  readonly methods: Readonly<Record<string, Handler>>;
  /** Nobody needs a token for it. */
  readonly open?: boolean;
  /** Whether there is something at all; always, unless given. */
  isThere?(url: URL): Promise<boolean>;
}

/** What is at a path; undefined where there is nothing. */
export type Routes = (pathname: string) => Route | undefined;

/** What a folder is served for. */
export interface Served {
  /** As it was typed. */
  readonly folder: string;
  /** The folder of a page, without links in its path. */
  readonly page: string | undefined;
  readonly classifier: (ImageClassifier & { readonly classes: readonly string[] }) | undefined;
}

/** The addresses of a server, at `url`. */
export function routesOf(
  { folder, page, classifier }: Served,
  { url, needsToken, ...limits }: PredictLimits & { readonly url: string; readonly needsToken: boolean },
): Routes {
  const known = new Map<string, Route>();
  const health = jsonReply({ type: 'health', status: 'ok' });
  known.set('/health', { methods: { GET: (_, response) => respond(response, health) }, open: true });
  if (classifier !== undefined) {
    const predict = predictRoute(classifier, limits);
    const POST: Handler = async (request, response, asked) =>
      respond(response, await predict(request, response, asked));
    known.set('/predict', { methods: { POST } });
    const help = textReply(
      `${folder}: a classifier of ${classifier.classes.length} classes. Send it an image:\n\n` +
        `    ${howToAsk(url, { needsToken })}\n\nThe answer is JSON. GET ${url}health says that the server is there.\n`,
    );
    known.set('/', { methods: { GET: (_, response) => respond(response, help) } });
  }
  if (page === undefined) return (pathname) => known.get(pathname);
  known.delete('/');
  const GET: Handler = (request, response, asked) => respondFile(page, asked, request, response);
  return (pathname) => known.get(pathname) ?? { methods: { GET }, isThere: (asked) => hasFile(page, asked) };
}
