import fc from 'fast-check';
import type {
  CompositeObject,
  Delimiters,
  ElementGuide,
  Guide,
  GuideNode,
  SegmentGuide,
  SegmentObject,
  SimpleElementGuide,
  Tree,
  TreeNode,
} from '../types.ts';

/** Generates small trees that a guide allows: all mandatory parts and some optional ones. */
function treesOf(along: Guide, text: fc.Arbitrary<string>): fc.Arbitrary<Tree> {
  const simple = (element: SimpleElementGuide): fc.Arbitrary<string> => {
    const { min, max, type } = element;
    switch (type) {
      case 'DT':
        return fc
          .date({ min: new Date('1990-01-01'), max: new Date('2039-12-31'), noInvalidDate: true })
          .map((date) => date.toISOString().slice(0, 10).replaceAll('-', '').slice(-max));
      case 'TM':
        return fc
          .tuple(fc.nat(23), fc.nat(59))
          .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(''));
      case 'ID':
        return element.closed && element.codes !== undefined
          ? fc.constantFrom(...Object.keys(element.codes))
          : fc.stringMatching(new RegExp(`^[A-Z0-9]{${min},${max}}$`));
      case 'AN':
      case 'B':
        return fc
          .array(text, { minLength: min, maxLength: Math.min(max, min + 12) })
          .map((characters) => characters.join(''))
          .map((value) => (value.endsWith(' ') ? `${value.slice(0, -1)}X` : value));
      case 'R':
        return fc.stringMatching(new RegExp(`^-?[1-9][0-9]{${min - 1},${Math.min(max, 6) - 1}}$`));
      default:
        return fc.stringMatching(new RegExp(`^[1-9][0-9]{${min - 1},${Math.min(max, 6) - 1}}$`));
    }
  };
  const single = (one: ElementGuide): fc.Arbitrary<string | CompositeObject> =>
    one.kind === 'simple'
      ? simple(one)
      : fc
          .tuple(...one.components.map((component) => simple(component)))
          .map((values) => Object.fromEntries(values.map((value, index) => [String(index + 1), value])));
  const element = (one: ElementGuide): fc.Arbitrary<SegmentObject[string]> =>
    one.repeat === 1 ? single(one) : fc.array(single(one), { minLength: 1, maxLength: Math.min(3, one.repeat) });
  /**
   * Mandatory elements plus either all others except those that notes exclude, or just enough to
   * satisfy the notes.
   */
  const segment = (one: SegmentGuide): fc.Arbitrary<SegmentObject> => {
    const excluded = new Set(one.notes.filter((note) => note.kind === 'E').flatMap((note) => note.elements.slice(1)));
    const bound = new Set(one.notes.flatMap((note) => note.elements));
    return fc
      .tuple(fc.array(fc.boolean(), { minLength: one.elements.length, maxLength: one.elements.length }))
      .chain(([choices]) => {
        const entries = one.elements.flatMap((each, index): [string, fc.Arbitrary<SegmentObject[string]>][] => {
          const taken = each.requirement === 'M' || bound.has(index + 1) || index === 0 || choices[index] === true;
          return taken && !excluded.has(index + 1) ? [[String(index + 1).padStart(2, '0'), element(each)]] : [];
        });
        return fc.record(Object.fromEntries(entries));
      });
  };
  const level = (children: readonly GuideNode[], depth: number): fc.Arbitrary<TreeNode> => {
    const entries = children.map((child, index) => {
      const mandatory = child.requirement === 'M' || (depth > 0 && index === 0);
      if (child.kind === 'segment') {
        const held: fc.Arbitrary<TreeNode[string]> = child.repeats
          ? fc.array(segment(child.segment), { minLength: 1, maxLength: Math.min(2, child.max) })
          : segment(child.segment);
        return [child.key, mandatory ? held : fc.option(held, { nil: undefined, freq: 1 })] as const;
      }
      if (along.set === '856' && child.key === 'HL') {
        return [child.key, hierarchy(child.children)] as const;
      }
      const held: fc.Arbitrary<TreeNode[string]> = fc.array(level(child.children, depth + 1), {
        minLength: 1,
        maxLength: 2,
      });
      return [
        child.key,
        mandatory ? held : depth > 1 ? fc.constant(undefined) : fc.option(held, { nil: undefined, freq: 1 }),
      ] as const;
    });
    return fc
      .record(Object.fromEntries(entries) as Record<string, fc.Arbitrary<TreeNode[string] | undefined>>)
      .map((node) => Object.fromEntries(Object.entries(node).filter(([, value]) => value !== undefined)) as TreeNode);
  };
  const hierarchy = (children: readonly GuideNode[]): fc.Arbitrary<TreeNode[]> =>
    fc.array(level(children, 1), { minLength: 1, maxLength: 4 }).map((loops) =>
      loops.map((loop, index) => ({
        ...loop,
        HL: {
          '01': String(index + 1),
          ...(index === 0 ? {} : { '02': String(index) }),
          '03': ['S', 'O', 'T', 'P'][index] as string,
        },
      })),
    );
  return level(along.children, 0);
}

const delimiters = fc
  .uniqueArray(fc.constantFrom('*', '^', '|', '~', '>', ':', '!', "'", '\n', '\r', '\x1c', '\x07', '\x85', '+', '\\'), {
    minLength: 4,
    maxLength: 4,
  })
  .map(
    ([element, component, segment, repetition]) =>
      ({ element, component, segment, repetition }) as Required<Delimiters>,
  )
  // A line break used as a separator would be lost with wrapped lines; no partner uses one.
  .filter((one) => [one.element, one.component, one.repetition].every((mark) => !'\r\n'.includes(mark)));

/** With delimiters that none of its values holds; before 005010 without a repetition separator. */
export function treesInAnyDelimiters(along: Guide): fc.Arbitrary<[marks: Delimiters, tree: Tree]> {
  return delimiters.chain(({ repetition, ...others }) => {
    const marks = along.version === '004010' ? others : { ...others, repetition };
    const taken = new Set(Object.values(marks));
    const characters = [...' ABCXYZabc0189-.,/&#()\u00c9\u00fc'].filter((one) => !taken.has(one));
    return fc.tuple(fc.constant(marks), treesOf(along, fc.constantFrom(...characters)));
  });
}
