/** What is drawn in a chart, from its SVG as Vega writes it. */
export interface Marks {
  /** Of all texts, in their order. */
  readonly texts: readonly string[];
  /** How many elements each kind of mark has: `symbol`, `rect`, `line`, `area`, `rule`; axes and legends are left out. */
  count(kind: string): number;
  /** The attribute of each element of a kind of mark. */
  attributes(kind: string, name: string): readonly string[];
}

export function marksOf(svg: string): Marks {
  const groups = Array.from(
    svg.matchAll(/<g class="mark-(\w+) role-mark[^"]*"[^>]*>(.*?)<\/g>/gs),
    ([, kind = '', content = '']) => ({ kind, content }),
  );
  const elements = (kind: string) =>
    groups.flatMap((group) => (group.kind === kind ? (group.content.match(/<\w[^>]*>/g) ?? []) : []));
  return {
    texts: Array.from(svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g), ([, text = '']) => text),
    count: (kind) => elements(kind).length,
    attributes: (kind, name) =>
      elements(kind).map((element) => new RegExp(` ${name}="([^"]*)"`).exec(element)?.[1] ?? ''),
  };
}
