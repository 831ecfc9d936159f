import type { ExceptionType } from '../../domain/exceptions.ts';

/** Failures of an ERP step that are not the ERP's: our own document cannot be written, or the currencies disagree. */
const notOfTheErp: Readonly<Record<string, ExceptionType>> = {
  'document-not-written': 'document-not-written',
  'document-not-valid': 'document-not-written',
  'guide-rules-invalid': 'document-not-written',
  'no-guide': 'document-not-written',
  'currency-differs': 'currency-differs',
};

/** The exception of an ERP step: `refused`, unless the failure is of another kind. */
export function erpFailure(refused: ExceptionType): (failureType: string | undefined) => ExceptionType {
  return (failureType) => notOfTheErp[failureType ?? ''] ?? refused;
}
