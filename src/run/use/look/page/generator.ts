/** How a page is known that `look` wrote, and may write again. */
export const GENERATOR = '<meta name="generator" content="adarand, the page of a run">';
