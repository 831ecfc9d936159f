import { lookup } from '../../domain/lookup.ts';

/** Codes of TA105 (data element I18) in plain words, release 5010. */
const NOTES: Readonly<Record<string, string>> = {
  '000': 'no fault',
  '001': 'control numbers of ISA13 and IEA02 differ',
  '002': 'the standard named in ISA11 is not supported',
  '003': 'the version of the controls is not supported',
  '004': 'the segment terminator cannot be used',
  '005': 'the qualifier of the sender is wrong',
  '006': 'the sender is not known',
  '007': 'the qualifier of the receiver is wrong',
  '008': 'the receiver is not known',
  '009': 'the receiver is unknown there',
  '010': 'ISA01 is wrong',
  '011': 'ISA02 is wrong',
  '012': 'ISA03 is wrong',
  '013': 'ISA04 is wrong',
  '014': 'the date is wrong',
  '015': 'the time is wrong',
  '016': 'ISA11 is wrong',
  '017': 'the version in ISA12 is wrong',
  '018': 'the control number is wrong',
  '019': 'ISA14 is wrong',
  '020': 'the test indicator is wrong',
  '021': 'the number of groups differs',
  '022': 'the control structure is wrong',
  '023': 'the file ends too early',
  '024': 'the content is not valid',
  '025': 'the control number was used before',
  '026': 'the element separator cannot be used',
  '027': 'the component separator cannot be used',
  '028': 'the date of delivery is wrong',
  '029': 'the time of delivery is wrong',
  '030': 'the delivery code is wrong',
  '031': 'the grade of service is wrong',
};

/** Describes the note code of a partner's TA1; returns the code itself if it is unknown. */
export function describeInterchangeNote(note: string): string {
  return lookup(NOTES, note) ?? `note ${note}`;
}
