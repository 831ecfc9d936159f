import { z } from 'zod';
import { isTimeZone, WEEKDAYS } from '../../domain/calendar/calendar.ts';
import { namedHolidays } from '../../domain/calendar/holidays.ts';
import { didYouMean } from '../../domain/nearest.ts';
import { allGuides } from '../edi/documents/registry.ts';
import { ENCODINGS } from '../x12/encoding.ts';
import { firstReleaseSent, nearestRelease, nearestReleases } from '../x12/guides/index.ts';
import { REPERTOIRES } from '../x12/repertoire.ts';
import { duration, qualifier } from './fields.ts';

/** Addressing, syntax and transport of interchanges, and business hours. */

export const interchangeParty = z
  .strictObject({
    isaQualifier: qualifier.describe('Interchange id qualifier, ISA05 or ISA07: 01 DUNS, 08 UCC, 12 phone, ZZ mutual'),
    isaId: z
      .string()
      .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,13}[\x21-\x7e])?$/, 'must be 1 to 15 printable characters, not padded')
      .describe('Interchange id, ISA06 or ISA08, without its padding'),
    gsId: z
      .string()
      .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,13}[\x21-\x7e])?$/, 'must be 1 to 15 printable characters, not padded')
      .describe('Application code of the functional group, GS02 or GS03'),
  })
  .describe('How a party is named in ISA and GS');

const delimiter = z
  .string()
  .refine((text) => text.length === 1 && text.charCodeAt(0) < 128, 'must be one ASCII character')
  .refine((text) => !/[A-Za-z0-9 \0]/.test(text), 'must not be a letter, a digit or a blank');

const delimiters = z
  .strictObject({
    element: delimiter.default('*').describe('Element separator, the fourth character of ISA'),
    component: delimiter.default('>').describe('Component separator, ISA16'),
    segment: delimiter.default('~').describe('Segment terminator'),
    repetition: delimiter.optional().describe('Repetition separator, ISA11; only from interchange version 00402 on'),
    lineBreaks: z.boolean().default(false).describe('Whether a line feed follows each segment terminator'),
  })
  .refine(
    ({ element, component, segment, repetition }) => {
      const used = [element, component, segment, ...(repetition === undefined ? [] : [repetition])];
      return new Set(used).size === used.length;
    },
    { message: 'must be different characters' },
  )
  .prefault({})
  .describe('Delimiters of the interchanges that we send; those that we receive declare their own');

const readByOthers = nearestReleases.map(({ from, to, by }) => `${from} to ${to} by ${by}`).join(', ');

export const x12 = z
  .strictObject({
    version: z
      .string()
      .regex(/^00\d{4}[A-Z0-9]{0,6}$/, 'must be a version such as 004010')
      .default('004010')
      .describe('Version and release of what we send, GS08'),
    interchangeVersion: z
      .string()
      .regex(/^00\d{3}$/, 'must be an interchange version such as 00401')
      .default('00401')
      .describe('Interchange control version of what we send, ISA12'),
    acceptedVersions: z
      .array(z.string().regex(/^00\d{4}$/, 'must be six digits such as 004010'))
      .min(1)
      .default(['004010'])
      .describe(
        `Versions accepted from the partner: the first six characters of GS08. A set that has no guide in its version is read by that of the nearest release: ${readByOthers}`,
      ),
    requestAcknowledgment: z
      .boolean()
      .default(false)
      .describe('Whether ISA14 of what we send asks for a TA1; one that comes is read in any case'),
    checkHashTotals: z
      .boolean()
      .default(true)
      .describe('Whether CTT02 of an 850 must be the sum of the quantities; some partners put something else there'),
    unknownCodes: z
      .enum(['warn', 'refuse'])
      .default('warn')
      .describe(
        'Codes that neither X12 nor this profile has, in units, qualifiers of items, parties, references, dates and quantities, ' +
          'allowances and the like: `warn` takes the document and shows them; `refuse` answers AK4 with code 7',
      ),
    encoding: z
      .enum(['detect', ...ENCODINGS])
      .default('detect')
      .describe(
        'Character encoding of what we receive. `detect` decides for each transaction set: UTF-8 if its bytes are that, ' +
          'else windows-1252, of which latin-1 is a part. UTF-16 is refused',
      ),
    repertoire: z
      .enum(REPERTOIRES)
      .default('extended')
      .describe(
        'Characters of what we send. `basic`: upper-case letters, digits and some punctuation; `extended`: ASCII; `latin-1`; ' +
          '`utf-8`. Free text is transliterated into it (É as E), which the document shows; a number or code that is not in it ' +
          'is an exception',
      ),
    delimiters,
  })
  .superRefine(({ version, acceptedVersions, interchangeVersion, delimiters: { repetition } }, context) => {
    const releases = [...new Set(allGuides().map((guide) => guide.version))].sort();
    const isKnown = (stated: string) => releases.includes(stated.slice(0, 6));
    const unknown = (stated: string, more = '') =>
      `is a version that we have no guides of; known are ${releases.join(', ')}${more}${didYouMean(stated, releases)}`;
    for (const [index, accepted] of acceptedVersions.entries()) {
      if (isKnown(accepted) || nearestRelease(accepted) !== undefined) continue;
      const message = unknown(accepted, `; read by them are ${readByOthers}`);
      context.addIssue({ code: 'custom', path: ['acceptedVersions', index], message });
    }
    if (!isKnown(version)) {
      context.addIssue({ code: 'custom', path: ['version'], message: unknown(version) });
      return;
    }
    if (version < firstReleaseSent) {
      const message = `is a version that we read but do not send; the first that we send is ${firstReleaseSent}`;
      context.addIssue({ code: 'custom', path: ['version'], message });
    }
    if (version >= '005010' && interchangeVersion < '00501') {
      const message = `must be 00501 or later, because ${version} is sent (x12.version)`;
      context.addIssue({ code: 'custom', path: ['interchangeVersion'], message });
    }
    if (interchangeVersion >= '00402' && repetition === undefined) {
      const message = `must be stated, for instance "^": ISA11 holds it in interchange version ${interchangeVersion}`;
      context.addIssue({ code: 'custom', path: ['delimiters', 'repetition'], message });
    }
  })
  .prefault({})
  .describe('X12 syntax between the partner and us');

/** The transports. AS2 and SFTP would be added here as further kinds. */
export const transport = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('https').describe('POST of the interchange to a mailbox of the partner'),
      url: z
        .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
        .transform((text) => text.replace(/\/+$/, ''))
        .describe('Mailbox address; a name in braces after a dollar sign is an environment variable'),
      tokenEnv: z
        .string()
        .regex(/^[A-Z_][A-Z0-9_]*$/, 'must be the name of an environment variable')
        .optional()
        .describe('Environment variable that holds the bearer token; the profile never holds the token itself'),
      timeout: duration.default('PT30S').describe('Timeout of one delivery'),
    }),
  ])
  .describe('How interchanges reach the partner');

const clockTime = z
  .string()
  .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time such as 08:00, or 24:00 for midnight at the end');

export const calendar = z
  .strictObject({
    timeZone: z
      .string()
      .refine(isTimeZone, {
        error: ({ input }) =>
          `must be an IANA time zone such as America/Chicago${didYouMean(String(input), Intl.supportedValuesOf('timeZone'))}`,
      })
      .default('UTC')
      .describe('Time zone of the hours and days of this agreement'),
    workingDays: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .default([...WEEKDAYS])
      .describe('Days on which business time runs'),
    hours: z
      .strictObject({
        opens: clockTime.describe('Local time from which business time runs'),
        closes: clockTime.describe('Local time until which it runs'),
      })
      .refine(({ opens, closes }) => opens < closes, { message: 'must open before it closes, on the same day' })
      .optional()
      .describe('Opening hours; without them a working day is open all day'),
    holidays: z
      .array(
        z.string().refine((text) => Object.hasOwn(namedHolidays, text) || z.iso.date().safeParse(text).success, {
          error: ({ input }) => {
            const named = Object.keys(namedHolidays);
            return `must be a day such as 2026-12-24 or one of ${named.join(', ')}${didYouMean(String(input), named)}`;
          },
        }),
      )
      .max(400)
      .default([])
      .describe(
        `Days without business time: a date, or a list that covers every year (${Object.keys(namedHolidays).join(', ')})`,
      ),
  })
  .prefault({})
  .describe('When deadlines in business time run (`PT8H business`, `P2D business`); by default always');
