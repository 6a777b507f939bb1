/** What it would take to decide a claim: `runs of FNP`. */
export class Missing {
  readonly what: string;

  constructor(what: string) {
    this.what = what;
  }
}
