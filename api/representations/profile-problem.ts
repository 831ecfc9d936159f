import { z } from 'zod';
import type { ProfileProblem } from '../../mappings/profile/problem.ts';

const placedFault = {
  code: z.string(),
  file: z.string(),
  line: z.int(),
  column: z.int(),
  key: z.string(),
  reason: z.string(),
};

export const profileWarning = z.object(placedFault).meta({
  id: 'ProfileWarning',
  description: 'A likely mistake in a profile, which is used nevertheless',
});

export const profileProblem = z.object(placedFault).meta({
  id: 'ProfileProblem',
  description:
    'Why a file, or a part of it, is not taken; its partner goes on with the last good profile, or with its other cross-references',
});

export function problemView({ code, file, line, column, key, reason }: ProfileProblem) {
  return { code, file, line, column, key, reason };
}
