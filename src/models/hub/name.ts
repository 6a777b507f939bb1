import { AdarandError } from '../../errors.js';

/** A model on the hub, as `--model` names it. */
export interface HubName {
  /** `org/name`. */
  readonly repo: string;
  /** A branch, a tag or a commit; undefined where none was given, which means `main`. */
  readonly revision: string | undefined;
  /** Written as `hf://org/name`, which no path is. */
  readonly explicit: boolean;
}

const part = String.raw`(?![-.])[\w.-]{1,96}(?<![-.])`;
const form = new RegExp(String.raw`^(hf://)?(${part}/${part})(?:@(\w[\w./-]*))?$`);

/** What a file or a folder is called, and no model on the hub. */
const otherThings = /\.(onnx|safetensors|bin|pt|pth|git)$|--|\.\.|\w\/\/|\/$/;

/**
 * Reads `org/name` or `org/name@revision`, also with `hf://` before it; undefined for what does not have this form.
 *
 * @throws AdarandError `hub.name` for the address of a page, with the name that it stands for.
 */
export function parseHubName(reference: string): HubName | undefined {
  const page =
    /^https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/([^/?#]+\/[^/?#]+)(?:\/(?:tree|blob|resolve)\/([^/?#]+))?/.exec(
      reference,
    );
  if (page !== null) {
    const [, repo, revision] = page;
    throw new AdarandError(
      'hub.name',
      `${reference} is the address of a page`,
      `Name the model: ${repo}${revision === undefined || revision === 'main' ? '' : `@${revision}`}`,
    );
  }
  const [, scheme, repo, revision] = form.exec(reference) ?? [];
  if (repo === undefined || otherThings.test(reference)) return undefined;
  return { repo, revision, explicit: scheme !== undefined };
}

/** Git's name of a commit, in full: it is the same files for ever. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}
