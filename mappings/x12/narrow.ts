/** Partner rules on top of a guide: they tighten it or, where they say so, widen it. They do not copy it. */
import { lookup } from '../../domain/lookup.ts';
import { didYouMean } from '../../domain/nearest.ts';
import { triggerOf } from './levels.ts';
import { type AddedElement, placed } from './placing.ts';
import type { ElementGuide, Guide, GuideNode, LoopUse, SegmentGuide, SimpleElementGuide } from './types.ts';

/**
 * One rule. `at` is the path of a segment or loop: `BEG`, `N1/N1` (the segment), `PO1/PID` (the
 * loop if there is one of that name; its first segment is `PO1/PID/PID`).
 */
export interface GuideRule {
  at: string;
  /** Must occur at least once (in each iteration of the enclosing loop); false: need not, with `widens`. */
  mandatory?: boolean;
  forbidden?: boolean;
  /** Lower maximum; with `widens` also a higher one. */
  maximum?: number;
  /** Element number, 1 or `'03'`. If set, `mandatory` and the fields below apply to the element. */
  element?: number | string;
  component?: number;
  /** The only codes or values allowed. */
  codes?: readonly string[];
  /** Codes beside those of the guide, with their meaning. */
  moreCodes?: Readonly<Record<string, string>>;
  minLength?: number;
  maxLength?: number;
  /** Allows what the guide does not: more occurrences, other lengths, absence of a mandatory part. */
  widens?: boolean;
  /** Puts the segment behind this one: a segment of the level moves, another one is added. */
  after?: string;
  /** Elements of an added segment that no guide describes. */
  elements?: readonly AddedElement[];
  /** HL03: the rule holds only at this level of the hierarchy. */
  level?: string;
}

/** `rule` is the index of the rule. */
export interface GuideRuleFault {
  readonly rule: number;
  readonly text: string;
}

export class GuideRuleError extends Error {
  readonly code = 'guide-rule-invalid';
  readonly faults: readonly GuideRuleFault[];

  constructor(faults: readonly GuideRuleFault[]) {
    super(`Guide rules cannot be applied: ${faults.map(({ text }) => text).join('; ')}`);
    this.name = 'GuideRuleError';
    this.faults = faults;
  }
}

type Report = (text: string) => void;

/**
 * Rules of a level come last, so that each level has what the others added.
 *
 * @param segmentOf finds a segment of the release that the guide itself does not have
 * @throws GuideRuleError lists every rule that names an unknown part, would loosen the guide without saying so,
 * or contradicts another rule.
 */
export function narrowGuide(
  guide: Guide,
  rules: readonly GuideRule[],
  segmentOf: (id: string) => SegmentGuide | undefined = () => undefined,
): Guide {
  const faults: GuideRuleFault[] = [];
  const reportOf = (rule: number, { at }: GuideRule): Report => {
    return (text) => faults.push({ rule, text: `${at}: ${text}` });
  };
  let children = guide.children;
  const known = new Set(guide.knownSegments);
  for (const ofLevel of [false, true]) {
    for (const [index, rule] of rules.entries()) {
      if ((rule.level !== undefined) !== ofLevel) continue;
      const report = reportOf(index, rule);
      if (rule.after !== undefined) {
        children = placed(children, { ...rule, after: rule.after }, guide, segmentOf, report) ?? children;
        known.add(rule.at.split('/').at(-1) ?? '');
        if (rule.level !== undefined) report('`after` holds at every level, so that it cannot have `level`');
        continue;
      }
      if (rule.elements !== undefined) report('`elements` describes a segment that `after` adds');
      const path = rule.at.split('/');
      const narrowed =
        rule.level === undefined
          ? narrowLevel(children, path, rule, report)
          : narrowHierarchy(children, path, { ...rule, level: rule.level }, report);
      if (narrowed !== undefined) children = narrowed;
      else {
        const meant = didYouMean(rule.at, pathsIn(children));
        report(`the guide of ${guide.set} has no such segment or loop${meant}`);
      }
    }
  }
  contradictions(rules, reportOf);
  if (faults.length > 0) {
    throw new GuideRuleError(faults);
  }
  return { ...guide, children, knownSegments: known };
}

/** Every path of keys in a guide. */
export function pathsIn(children: readonly GuideNode[], above = ''): string[] {
  return children.flatMap((node) => {
    const path = `${above}${node.key}`;
    return node.kind === 'loop' ? [path, ...pathsIn(node.children, `${path}/`)] : [path];
  });
}

const LIMITS = [
  ...['mandatory', 'forbidden', 'maximum', 'codes', 'minLength', 'maxLength', 'after', 'widens'],
] as readonly (keyof GuideRule)[];

/** Two rules for one place must not say different things: one of them would be without effect. */
function contradictions(rules: readonly GuideRule[], reportOf: (index: number, rule: GuideRule) => Report): void {
  const first = new Map<string, number>();
  for (const [index, rule] of rules.entries()) {
    const place = JSON.stringify([rule.at, rule.level, rule.component, rule.element && Number(rule.element)]);
    if (rule.forbidden === true && rule.mandatory === true) {
      reportOf(index, rule)('cannot be required and have the maximum 0');
    }
    const earlier = first.get(place);
    if (earlier === undefined) {
      first.set(place, index);
      continue;
    }
    const other = rules[earlier] as GuideRule;
    const differs = LIMITS.some(
      (limit) =>
        rule[limit] !== undefined &&
        other[limit] !== undefined &&
        JSON.stringify(rule[limit]) !== JSON.stringify(other[limit]),
    );
    const excludes =
      (rule.forbidden === true && other.mandatory === true) || (rule.mandatory === true && other.forbidden === true);
    if (differs || excludes) reportOf(index, rule)(`contradicts rule ${earlier + 1} for the same place`);
  }
}

function narrowHierarchy(
  children: readonly GuideNode[],
  [first, ...rest]: readonly string[],
  rule: GuideRule & { level: string },
  report: Report,
): readonly GuideNode[] | undefined {
  const loop = children.find(({ key }) => key === first);
  if (loop === undefined) return undefined;
  if (loop.kind !== 'loop' || triggerOf(loop).segment.id !== 'HL' || rest.length === 0) {
    report('`level` holds below a loop of HL only, as in HL/REF');
    return children;
  }
  const [, , kind] = triggerOf(loop).segment.elements;
  const codes = (kind?.kind === 'simple' && kind.codes) || {};
  if (lookup(codes, rule.level) === undefined) {
    report(`level ${rule.level} is no code of HL03 in our guide (${Object.keys(codes).join(', ')})`);
    return children;
  }
  const own = narrowLevel(loop.byLevel?.get(rule.level) ?? loop.children, rest, rule, report);
  if (own === undefined) return undefined;
  const changed: LoopUse = { ...loop, byLevel: new Map([...(loop.byLevel ?? []), [rule.level, own]]) };
  return children.map((one) => (one === loop ? changed : one));
}

function narrowLevel(
  children: readonly GuideNode[],
  path: readonly string[],
  rule: GuideRule,
  report: Report,
  within?: LoopUse,
): readonly GuideNode[] | undefined {
  const [key, ...rest] = path;
  const index = children.findIndex((child) => child.key === key);
  const child = children[index];
  if (child === undefined) {
    return undefined;
  }
  let narrowed: GuideNode;
  if (rest.length > 0) {
    const inner = child.kind === 'loop' ? narrowLevel(child.children, rest, rule, report, child) : undefined;
    if (inner === undefined || child.kind !== 'loop') {
      return undefined;
    }
    narrowed = { ...child, children: inner };
  } else {
    if (within !== undefined && index === 0 && rule.element === undefined) {
      if (rule.mandatory === false) report(`begins the loop ${within.key} and cannot be optional in it`);
      if (rule.maximum !== undefined || rule.forbidden) report(`begins the loop ${within.key}: limit the loop`);
    }
    narrowed = narrowNode(child, rule, report);
  }
  return children.map((one, at) => (at === index ? narrowed : one));
}

/** For an error message: how a rule may do what it does. */
const HINT = '`widens: true` allows it';

function requirementOf<R extends string>(
  { mandatory, widens }: GuideRule,
  requirement: R,
  report: Report,
): R | 'M' | 'O' {
  if (mandatory === true) return 'M';
  if (mandatory === undefined || requirement !== 'M') return requirement;
  if (widens !== true) report(`is mandatory in the standard and cannot be made optional; ${HINT}`);
  return 'O';
}

function narrowNode(node: GuideNode, rule: GuideRule, report: Report): GuideNode {
  if (rule.element !== undefined) {
    if (node.kind === 'loop') {
      report('an element rule must name a segment, not a loop');
      return node;
    }
    return { ...node, segment: narrowSegment(node.segment, rule, report) };
  }
  if (['codes', 'moreCodes', 'minLength', 'maxLength'].some((field) => rule[field as keyof GuideRule] !== undefined)) {
    report('codes and lengths need an element');
  }
  if (rule.forbidden === true && node.requirement === 'M') {
    report('is mandatory in the standard and cannot be forbidden');
  }
  if (rule.maximum !== undefined && (rule.maximum < 0 || (rule.maximum > node.max && rule.widens !== true))) {
    report(`maximum ${rule.maximum} is not lower than ${node.max}; ${HINT}`);
  }
  const max = rule.forbidden === true ? 0 : (rule.maximum ?? node.max);
  const changed = { ...node, requirement: requirementOf(rule, node.requirement, report), max };
  // A mapping or renderer may still treat what the standard has once as one segment.
  return changed.kind === 'segment' && !changed.repeats && max > 1
    ? { ...changed, repeats: true, oftenSingle: true }
    : changed;
}

function narrowSegment(segment: SegmentGuide, rule: GuideRule, report: Report): SegmentGuide {
  const index = Number(rule.element) - 1;
  const element = segment.elements[index];
  if (rule.maximum !== undefined || rule.forbidden === true) report('a maximum is of a segment, not of an element');
  if (element === undefined) {
    const last = String(segment.elements.length).padStart(2, '0');
    report(`our guide of ${segment.id} has no element ${rule.element}; the last one is ${last}`);
    return segment;
  }
  return {
    ...segment,
    elements: segment.elements.map((one, at) => (at === index ? narrowElement(one, rule, report) : one)),
  };
}

function narrowElement(element: ElementGuide, rule: GuideRule, report: Report): ElementGuide {
  if (element.kind === 'simple') {
    if (rule.component !== undefined) {
      report(`element ${rule.element} has no components`);
    }
    return narrowSimple(element, rule, report);
  }
  if (rule.component === undefined) {
    const { codes, moreCodes, minLength, maxLength } = rule;
    if ([codes, moreCodes, minLength, maxLength].some((one) => one !== undefined)) {
      report(`element ${rule.element} is a composite: name the component`);
    }
    return { ...element, requirement: requirementOf(rule, element.requirement, report) };
  }
  const at = rule.component - 1;
  if (element.components[at] === undefined) {
    report(`element ${rule.element} has no component ${rule.component}`);
    return element;
  }
  return {
    ...element,
    components: element.components.map((one, index) => (index === at ? narrowSimple(one, rule, report) : one)),
  };
}

function narrowSimple(element: SimpleElementGuide, rule: GuideRule, report: Report): SimpleElementGuide {
  const min = rule.minLength ?? element.min;
  const max = rule.maxLength ?? element.max;
  if (min > max) {
    report(`the minimum length ${min} is more than the maximum length ${max}`);
  } else if ((min < element.min || max > element.max) && rule.widens !== true) {
    report(`lengths ${min} to ${max} do not lie within ${element.min} to ${element.max}; ${HINT}`);
  }
  const requirement = requirementOf(rule, element.requirement, report);
  let narrowed: SimpleElementGuide = { ...element, min, max, requirement };
  if (rule.moreCodes !== undefined) {
    for (const code of Object.keys(rule.moreCodes)) {
      if (code.length < min || code.length > max) report(`code ${code} is not ${min} to ${max} characters long`);
    }
    narrowed = { ...narrowed, codes: { ...narrowed.codes, ...rule.moreCodes } };
  }
  if (rule.codes === undefined) {
    return narrowed;
  }
  const codes: Record<string, string> = {};
  for (const code of rule.codes) {
    if (narrowed.closed && narrowed.codes !== undefined && !Object.hasOwn(narrowed.codes, code)) {
      report(`code ${code} is not allowed by the standard${didYouMean(code, Object.keys(narrowed.codes))}`);
    }
    codes[code] = lookup(narrowed.codes ?? {}, code) ?? code;
  }
  return { ...narrowed, codes, closed: true };
}
