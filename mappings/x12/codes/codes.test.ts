import { expect, it } from 'vitest';
import { allGuides } from '../guides/index.ts';
import type { ElementGuide, GuideNode, SimpleElementGuide } from '../types.ts';
import { codesOf, LISTED_ELEMENTS } from './index.ts';

function elementsOf(nodes: readonly GuideNode[]): SimpleElementGuide[] {
  const simple = (element: ElementGuide): SimpleElementGuide[] =>
    element.kind === 'simple' ? [element] : [...element.components];
  return nodes.flatMap((node) =>
    node.kind === 'loop' ? elementsOf(node.children) : node.segment.elements.flatMap(simple),
  );
}

const elements = allGuides().flatMap(({ children }) => elementsOf(children));

it('every list has the codes that our guides explain, and fits the lengths of its element', () => {
  for (const reference of LISTED_ELEMENTS) {
    const listed = [...(codesOf(reference) ?? [])];
    expect(new Set(listed).size, reference).toBe(listed.length);
    const uses = elements.filter((element) => element.reference === reference);
    expect(uses.length, `${reference} is in no guide`).toBeGreaterThan(0);
    const own = new Set(uses.flatMap(({ codes }) => Object.keys(codes ?? {})));
    expect(
      [...own].filter((code) => !listed.includes(code)),
      reference,
    ).toEqual([]);
    const [shortest, longest] = [Math.min(...uses.map(({ min }) => min)), Math.max(...uses.map(({ max }) => max))];
    expect(
      listed.filter(({ length }) => length < shortest || length > longest),
      reference,
    ).toEqual([]);
  }
});

it('an element without a list has none', () => {
  expect(codesOf('324')).toBeUndefined();
  expect(codesOf('constructor')).toBeUndefined();
});
