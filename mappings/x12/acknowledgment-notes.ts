/** Segments and codes that report faults in a 997 or 999. */

/** Segments that report a segment fault, an element fault and the verdict on a transaction set. */
export const NOTES = {
  '997': { segment: 'AK3', element: 'AK4', verdict: 'AK5' },
  '999': { segment: 'IK3', element: 'IK4', verdict: 'IK5' },
} as const;

export const TRIGGER = 'SITUATIONAL TRIGGER';
export const CODES_MAXIMUM = 5;

export const SEGMENT_NOTES: Readonly<Record<string, string>> = {
  '1': 'unknown segment',
  '2': 'unexpected segment',
  '3': 'mandatory segment missing',
  '4': 'loop occurs over its maximum',
  '5': 'segment occurs over its maximum',
  '6': 'segment not in the transaction set',
  '7': 'segment out of sequence',
  '8': 'segment has element errors',
  I4: 'segment not used in this implementation',
  I6: 'segment missing that this implementation requires here',
  I7: 'loop occurs less often than this implementation requires',
  I8: 'segment occurs less often than this implementation requires',
  I9: 'segment not used in this implementation under these circumstances',
};

export const ELEMENT_NOTES: Readonly<Record<string, string>> = {
  '1': 'mandatory element missing',
  '2': 'conditionally required element missing',
  '3': 'too many elements',
  '4': 'element too short',
  '5': 'element too long',
  '6': 'invalid character',
  '7': 'invalid code',
  '8': 'invalid date',
  '9': 'invalid time',
  '10': 'exclusion condition violated',
  '12': 'too many repetitions',
  '13': 'too many components',
  I6: 'code not used in this implementation',
  I9: 'element missing that this implementation requires here',
  I10: 'element not used in this implementation',
  I11: 'fewer repetitions than this implementation requires',
  I12: 'value does not match the pattern of this implementation',
  I13: 'element not used in this implementation under these circumstances',
};

export const TRANSACTION_NOTES: Readonly<Record<string, string>> = {
  '1': 'transaction set not supported',
  '2': 'transaction set trailer missing',
  '3': 'control numbers of header and trailer differ',
  '4': 'number of segments does not match',
  '5': 'one or more segments in error',
  '6': 'invalid transaction set identifier',
  '7': 'invalid transaction set control number',
  '23': 'control number not unique',
  I5: 'one or more segments break the implementation',
  I6: 'implementation convention not supported',
};

export const GROUP_NOTES: Readonly<Record<string, string>> = {
  '1': 'functional group not supported',
  '2': 'version of the group not supported',
  '3': 'group trailer missing',
  '4': 'control numbers of header and trailer differ',
  '5': 'number of transaction sets does not match',
  '6': 'invalid group control number',
  '19': 'group control number not unique',
};
