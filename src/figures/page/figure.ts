import { type Content, Html, html } from './html.js';

/** A part of the page under a heading. */
export function section(title: string, ...content: readonly Content[]): Html {
  return html`<section>
<h2>${title}</h2>
${content}
</section>
`;
}

/** A drawn chart; it has its own width, and is made smaller where there is less room, or may be moved sideways. */
export function chart(svg: string, description: string, fit: 'shrink' | 'scroll' = 'shrink'): Html {
  const labelled = svg.replace('<svg ', '<svg role="img" ');
  return html`<figure class="${fit}" aria-label="${description}">${new Html(labelled)}</figure>`;
}
