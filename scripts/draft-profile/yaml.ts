import { stringify } from 'yaml';
import type { Draft, Guess } from './draft.ts';

/** The draft as YAML: open questions first, and above each key what it rests on. */
export function yamlOf({ questions, guesses }: Draft, id: string): string {
  return [
    '# yaml-language-server: $schema=profile.schema.json',
    `# A draft from samples. Save it as ${id}.yaml, answer the questions, and read it critically.`,
    '#',
    '# Open questions:',
    ...questions.flatMap((question) => comment(question, '# - ', '#   ')),
    ...section(guesses, 0),
    '',
  ].join('\n');
}

function section(guesses: readonly Guess[], depth: number): string[] {
  const indent = '  '.repeat(depth);
  const keys = [...new Set(guesses.map(({ key }) => key[depth] ?? ''))];
  return keys.flatMap((key) => {
    const apart = depth === 0 ? [''] : [];
    const members = guesses.filter((guess) => guess.key[depth] === key);
    const own = members.filter((guess) => guess.key.length === depth + 1);
    const below = members.filter((guess) => guess.key.length > depth + 1);
    const comments = own.flatMap(({ evidence }) =>
      evidence.flatMap((text) => comment(text, `${indent}# `, `${indent}# `)),
    );
    const name = stringify(key).trim();
    const stated = own.filter(({ value }) => value !== undefined);
    // A mapping of comments alone would be null, which removes what the template says.
    if (below.some(({ value }) => value !== undefined)) {
      return [...apart, ...comments, `${indent}${name}:`, ...section(below, depth + 1)];
    }
    if (below.length > 0) return [...apart, ...comments, `${indent}# ${name}:`, ...section(below, depth + 1)];
    // Without a value the comments stand alone, under their name.
    if (stated.length === 0) return [...apart, `${indent}# ${name}:`, ...comments];
    return [...apart, ...comments, ...stated.map(({ value }) => `${indent}${name}: ${flow(value)}`)];
  });
}

function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

/** Text of samples may hold anything; a comment is one line of printable characters. */
function comment(text: string, first: string, next: string): string[] {
  return text
    .replace(/[^\x20-\x7e\u00a0-\ufffc\n]/g, '·')
    .split('\n')
    .map((line, index) => `${index === 0 ? first : next}${line}`.trimEnd());
}
