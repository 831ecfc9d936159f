import type { Scenario } from '../scenario.ts';

const scenario: Scenario = {
  name: 'substitution',
  purpose: 'An agreed substitute replaces an unavailable item, and the 855 says so.',
  cannot: ({ profile }) =>
    String(profile.substitution) === 'never' ? 'the profile allows no substitution' : undefined,
  steps: [],
  expectations: [],
};
export default scenario;
