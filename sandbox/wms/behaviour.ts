import { z } from 'zod';

/**
 * Behaviour of the warehouse for some releases, set by `PUT /_control/behaviours`. First match
 * wins.
 */
export const behaviour = z
  .strictObject({
    /** All given conditions must match; no condition matches every release. */
    match: z
      .strictObject({
        node: z.string().optional(),
        releaseNumber: z.string().optional(),
        poNumber: z.string().optional(),
      })
      .default({}),
    /** Stops the release until the behaviour is removed. */
    hold: z.boolean().default(false),
    /** Ships before the earliest ship date. */
    early: z.boolean().default(false),
    /** Refuses the release with this reason. */
    refuse: z.string().min(1).max(500).optional(),
    /** Percent of every line that is short, rounded up to whole pieces. */
    shortPercent: z.number().min(0).max(100).optional(),
    /** Percent of every line that is shipped beyond it with its last shipment, rounded up to whole pieces, as far as there is stock. */
    overPercent: z.number().min(0).max(100).optional(),
    /** Number of shipments; default two if a line exceeds the wave capacity, else one. */
    waves: z.union([z.literal(1), z.literal(2)]).optional(),
    /** Extra delay before each step. */
    delayMs: z.int().min(0).max(600_000).default(0),
    /** Sends every event twice. */
    duplicate: z.boolean().default(false),
    /** Holds the events until the release is finished, then sends them in reverse order. */
    reverse: z.boolean().default(false),
  })
  .meta({ id: 'Behaviour' });
export type Behaviour = z.output<typeof behaviour>;

export function behaviourFor(
  behaviours: readonly Behaviour[],
  release: { node: string; releaseNumber: string; poNumber: string },
): Behaviour | undefined {
  return behaviours.find(
    ({ match }) =>
      (match.node ?? release.node) === release.node &&
      (match.releaseNumber ?? release.releaseNumber) === release.releaseNumber &&
      (match.poNumber ?? release.poNumber) === release.poNumber,
  );
}
