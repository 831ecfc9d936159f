import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Date on which the sample documents were written; rendering moves their dates to the present. */
const WRITTEN_ON = '2026-11-20';
const DAY_MS = 86_400_000;

export const sampleDocuments = [
  { file: 'harbor-pine-850-store.edi', partnerId: 'harbor-pine', poNumber: 'HP-4500171' },
  { file: 'harbor-pine-850-split.edi', partnerId: 'harbor-pine', poNumber: 'HP-4500172' },
  { file: 'tri-valley-850-two-waves.edi', partnerId: 'tri-valley', poNumber: 'TVS88031' },
  { file: 'cobalt-ridge-order.json', partnerId: 'cobalt-ridge', poNumber: 'CR-2026-0417' },
] as const;

/**
 * Renders a sample as if it was written on `today` (ISO 8601 date). The first rendering is stored
 * in `folder` and reused, so that a second submission is a duplicate and creates no order.
 */
export function renderedSample(file: string, folder: string, today: string): string {
  const kept = join(folder, file);
  try {
    return readFileSync(kept, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const text = readFileSync(fileURLToPath(new URL(`./samples/${file}`, import.meta.url)), 'latin1');
  const days = Math.round((Date.parse(today) - Date.parse(WRITTEN_ON)) / DAY_MS);
  const moved = file.endsWith('.edi')
    ? movedX12(text, days)
    : text.replace(/\d{4}-\d{2}-\d{2}(?=")/g, (day) => plus(day, days));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${kept}.part`, moved, 'latin1');
  renameSync(`${kept}.part`, kept);
  return moved;
}

/** Element positions that hold a date (YYYYMMDD, or YYMMDD in ISA). */
const DATE_ELEMENTS: Readonly<Record<string, number>> = { ISA: 9, GS: 4, BEG: 5, DTM: 2 };

function movedX12(text: string, days: number): string {
  return text
    .split('\n')
    .map((line) => {
      const elements = line.replace(/~$/, '').split('*');
      const position = DATE_ELEMENTS[elements[0] ?? ''];
      const date = position === undefined ? undefined : elements[position];
      if (position === undefined || date === undefined) return line;
      const full = date.length === 6 ? `20${date}` : date;
      const iso = `${full.slice(0, 4)}-${full.slice(4, 6)}-${full.slice(6, 8)}`;
      elements[position] = plus(iso, days).replaceAll('-', '').slice(-date.length);
      return `${elements.join('*')}~`;
    })
    .join('\n');
}

function plus(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}
