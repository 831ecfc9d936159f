/**
 * The id of a workflow, by which people find it and Temporal knows it again: `order/harbor-pine/HP-1`.
 *
 * Different steps give different ids. A step may hold anything that a partner writes, so what separates steps is
 * escaped within them.
 */
export function workflowIdOf(kind: 'order' | 'interchange', steps: readonly string[], mark = ''): string {
  const path = [kind, ...steps.map(escaped)].join('/');
  return mark === '' ? path : `${path}#${escaped(mark)}`;
}

/** Only what separates is escaped, so that ordinary numbers stay as they are written. */
function escaped(step: string): string {
  return step.replace(/[%/#]/g, (character) => encodeURIComponent(character));
}
