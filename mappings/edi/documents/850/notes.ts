import { lookup } from '../../../../domain/lookup.ts';
import type { Note } from '../../../canonical/v1/index.ts';
import type { TreeNode } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { iterationsOf, segmentOf, segmentsOf, textOf } from '../../tree.ts';
import { keep } from './pieces.ts';

/** Longest text of one note, as the canonical order has it. */
const NOTE_LENGTH = 500;

/** Who reads notes of a kind, where that is not everybody who works on the order: codes of X12 element 363. */
const READERS: Readonly<Record<string, NonNullable<Note['for']>>> = {
  BOL: ['warehouse'],
  DEL: ['warehouse'],
  LAB: ['warehouse'],
  LOI: ['warehouse'],
  PKG: ['warehouse'],
  SPH: ['warehouse'],
  TRA: ['warehouse'],
  WHI: ['warehouse'],
  INV: ['erp'],
  PAY: ['erp'],
  PMT: ['erp'],
};

/**
 * The notes of an order or line: single MSG, N9 loops with their MSG, MTX (from release 005010) and NTE (up to
 * 003060). Texts of one kind are joined into as few notes as the length limit allows.
 */
export function notesOf(node: TreeNode, profile: Agreement): Note[] {
  const notes = new Notes(profile);
  notes.addTexts(node, undefined);
  for (const nte of segmentsOf(node, 'NTE')) notes.add(textOf(nte, '02'), textOf(nte, '01'));
  for (const loop of iterationsOf(node, 'N9')) {
    const n9 = segmentOf(loop, 'N9');
    const kind = textOf(n9, '01');
    notes.add(textOf(n9, '03'), kind);
    notes.addTexts(loop, kind);
  }
  return notes.list;
}

/** The number or key under which a note was sent, by the qualifier that says what it is about. */
export function keepNoteReferences(node: TreeNode, attributes: Record<string, string>): void {
  for (const n9 of segmentsOf(node, 'N9')) {
    keep(attributes, `note.${textOf(n9, '01')}`, textOf(n9, '02'));
  }
}

export class Notes {
  readonly list: Note[] = [];
  readonly #profile: Agreement;

  constructor(profile: Agreement) {
    this.#profile = profile;
  }

  addTexts(node: TreeNode, kind: string | undefined): void {
    for (const msg of segmentsOf(node, 'MSG')) this.add(textOf(msg, '01'), kind);
    for (const mtx of segmentsOf(node, 'MTX')) this.add(textOf(mtx, '02'), textOf(mtx, '01') ?? kind);
  }

  add(text: string | undefined, kind: string | undefined): void {
    if (text === undefined) return;
    if (text.length > NOTE_LENGTH) {
      this.add(text.slice(0, NOTE_LENGTH), kind);
      this.add(text.slice(NOTE_LENGTH), kind);
      return;
    }
    const last = this.list.at(-1);
    if (last !== undefined && last.kind === kind && last.text.length + text.length < NOTE_LENGTH) {
      last.text = `${last.text}\n${text}`;
      return;
    }
    const readers = lookup(this.#profile.notes, kind) ?? lookup(READERS, kind);
    this.list.push({ text, ...(kind !== undefined && { kind }), ...(readers !== undefined && { for: [...readers] }) });
  }
}
