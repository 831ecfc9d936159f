/**
 * `npm run profile-reference`: generates documentation (docs/profile-reference.md, docs/certification-reference.md, docs/sets/) and
 * JSON schemas for editors (mappings/partners/*.schema.json) from the schemas of profiles and certification.yaml, and from the mappings
 * of orders and their changes. A test fails if a file is outdated.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { certificationSettings } from '../certification/settings-schema.ts';
import { orderChange, purchaseOrder } from '../mappings/edi/documents/all.ts';
import { guideOf } from '../mappings/edi/documents/registry.ts';
import { partnerProfile } from '../mappings/profile/profile.ts';
import { mappingPage, mappingTable, ofChanges, ofOrders, type TriedMapping } from './mapping-table.ts';

type Schema = z.core.JSONSchema.JSONSchema;

const projectDir = new URL('..', import.meta.url).pathname;

/** Generated files: path relative to the project root → content. */
export function profileReferenceFiles(): Record<string, string> {
  const schema = z.toJSONSchema(partnerProfile, { io: 'input', unrepresentable: 'any' });
  const { $schema, ...certification } = z.toJSONSchema(certificationSettings, { io: 'input' });
  return {
    'docs/profile-reference.md': reference(INTRODUCTION, schema),
    'mappings/partners/profile.schema.json': json(editorSchema(schema)),
    'docs/certification-reference.md': reference(INTRODUCTION_OF_CERTIFICATION, certification),
    'mappings/partners/certification.schema.json': json({ $schema, title: 'Certification settings', ...certification }),
    ...mappingPages(),
  };
}

/** Of the sets that the usual profile takes as orders, or reads as changes of them. */
function mappingPages(): Record<string, string> {
  const party = (id: string) => ({ isaQualifier: 'ZZ', isaId: id, gsId: id });
  const usual = partnerProfile.parse({
    id: 'usual',
    name: 'A partner that states nothing special',
    identifiers: { ours: party('US'), theirs: party('THEM') },
    transport: { kind: 'https', url: 'https://partner.example/inbox' },
  });
  const page = (set: string, mapping: TriedMapping, becomes: string, section: keyof typeof usual.map, more = '') => {
    const guide = guideOf(set, usual.x12.version);
    if (guide === undefined) throw new Error(`there is no guide of the ${set}`);
    const rows = mappingTable(mapping, guide, { ...usual, version: '' });
    return { [`docs/sets/${set}.md`]: mappingPage({ set, name: guide.name, becomes, section, more }, rows) };
  };
  return {
    ...page(purchaseOrder.set, ofOrders(purchaseOrder.inbound), 'order', 'salesOrder'),
    ...page(orderChange.set, ofChanges(orderChange.about.change), 'change of an order', 'orderChange', OF_CHANGES),
  };
}

const OF_CHANGES = `Quantities, prices, dates, items, new and deleted lines, the ship-to and the end of the whole order are
changed. What else a change states and the order has otherwise is answered as refused: part \`other\` of its outcome.`;

function json(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

// ── Documentation ─────────────────────────────────────────────────────────────────────────────────────────────────────

const INTRODUCTION = `# Every key of a partner profile

Generated from the schema by \`npm run profile-reference\`. [Onboarding a partner](onboarding-a-partner.md) explains how to use a profile. In a
key, \`<…>\` is a name that you choose and \`[]\` is each entry of a list. Keys in **bold** are required, in the profile or in the template that
it extends. Durations are ISO 8601, such as \`PT4H\` or \`P2D\`.
`;

const INTRODUCTION_OF_CERTIFICATION = `# Every key of certification.yaml

Generated from the schema by \`npm run profile-reference\`. [Onboarding a partner](onboarding-a-partner.md#5-certify) explains its purpose. The
file is optional and belongs in \`mappings/partners/NAME/\`. In a key, \`<…>\` is a transaction set and \`[]\` is each entry of a list. Keys in
**bold** are required if their parent key is present.
`;

interface Row {
  readonly key: string;
  readonly required: boolean;
  readonly schema: Schema;
}

function reference(introduction: string, schema: Schema): string {
  const sections = Object.entries(schema.properties ?? {}).map(([key, value]) => {
    const section = value as Schema;
    const [own, ...below] = rowsOf(key, section, schema.required?.includes(key) === true);
    // A key without nested keys is fully described by its own row.
    const rows = own !== undefined && (below.length === 0 || valuesOf(section) !== '') ? [own, ...below] : below;
    return [
      `## ${key}`,
      ...(below.length === 0 || section.description === undefined ? [] : [`${section.description}.`]),
      ['| key | values | default | meaning |', '|---|---|---|---|', ...rows.map(tableRow)].join('\n'),
    ].join('\n\n');
  });
  return `${introduction}\n${sections.join('\n\n')}\n`;
}

function rowsOf(key: string, schema: Schema, required: boolean): Row[] {
  const rows: Row[] = [{ key, required, schema }];
  const mandatory = new Set(schema.required ?? []);
  for (const [name, below] of Object.entries(schema.properties ?? {})) {
    rows.push(...rowsOf(`${key}.${name}`, below as Schema, mandatory.has(name)));
  }
  if (isSchema(schema.additionalProperties)) rows.push(...rowsOf(`${key}.<…>`, schema.additionalProperties, false));
  if (isSchema(schema.items) && (schema.items.properties ?? schema.items.oneOf ?? schema.items.anyOf) !== undefined) {
    rows.push(...rowsOf(`${key}[]`, schema.items, false));
  }
  for (const variant of choicesOf(schema)) {
    // The discriminator key already distinguishes the variants.
    rows.push(...rowsOf(key, variant, false).slice(1));
  }
  const seen = new Set<string>();
  return rows.filter((row) => {
    const line = tableRow(row);
    return !seen.has(line) && seen.add(line);
  });
}

function choicesOf(schema: Schema): Schema[] {
  return [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].filter(isSchema);
}

function tableRow({ key, required, schema }: Row): string {
  const name = required ? `**\`${key}\`**` : `\`${key}\``;
  const standard = schema.default === undefined || isBranch(schema) ? '' : `\`${JSON.stringify(schema.default)}\``;
  return `| ${name} | ${cell(valuesOf(schema))} | ${cell(standard)} | ${cell(schema.description ?? '')} |`;
}

function isBranch(schema: Schema): boolean {
  return schema.properties !== undefined;
}

function valuesOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.type === 'array')
    return isSchema(schema.items) ? `list of ${valuesOf(schema.items) || 'entries'}` : 'list';
  if (schema.type === 'boolean') return '`true`, `false`';
  if (schema.type === 'integer' || schema.type === 'number') return rangeOf(schema);
  if (schema.type === 'string') return schema.pattern === undefined ? 'text' : `text like \`${schema.pattern}\``;
  return choicesOf(schema)
    .map(valuesOf)
    .filter((text) => text !== '')
    .join(' or ');
}

function rangeOf({ minimum, maximum, type }: Schema): string {
  const kind = type === 'integer' ? 'whole number' : 'number';
  if (minimum === undefined || maximum === undefined || maximum === Number.MAX_SAFE_INTEGER) {
    return minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? kind : `${kind} from ${minimum}`;
  }
  return `${minimum} to ${maximum}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

// ── Schemas for editors ───────────────────────────────────────────────────────────────────────────────────────────────

/** No key is required, because a template may set it; `null` removes a key of the template; text may contain variables. */
function editorSchema(schema: Schema): Schema {
  const { $schema, ...content } = schema;
  return {
    $schema,
    title: 'Partner profile',
    ...lenient(content, false),
    properties: {
      extends: { type: 'string', description: 'The template that sets all other keys, such as templates/retailer' },
      ...Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([key, value]) => [key, lenient(value as Schema, true)]),
      ),
    },
  };
}

function lenient(schema: Schema, removable: boolean): Schema {
  const { required: _, format, ...rest } = schema;
  const made: Schema = {
    ...rest,
    ...(format !== undefined && format !== 'uri' && { format }),
    ...(schema.properties && {
      properties: Object.fromEntries(
        Object.entries(schema.properties).map(([key, value]) => [key, lenient(value as Schema, true)]),
      ),
    }),
    ...(isSchema(schema.additionalProperties) && { additionalProperties: lenient(schema.additionalProperties, true) }),
    ...(isSchema(schema.items) && { items: lenient(schema.items, false) }),
    ...(schema.oneOf && { oneOf: schema.oneOf.filter(isSchema).map((variant) => lenient(variant, false)) }),
    ...(schema.anyOf && { anyOf: schema.anyOf.filter(isSchema).map((variant) => lenient(variant, false)) }),
  };
  if (!removable) return made;
  const { description, ...own } = made;
  return { ...(description !== undefined && { description }), anyOf: [own, { type: 'null' }] };
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [path, content] of Object.entries(profileReferenceFiles())) {
    mkdirSync(dirname(join(projectDir, path)), { recursive: true });
    writeFileSync(join(projectDir, path), content);
    console.log(`Wrote ${path}.`);
  }
}
