import { z } from 'zod';

/** How the warehouse is to treat some releases, set by `PUT /_control/behaviours`. The first that matches counts. */
export const behaviour = z
  .strictObject({
    /** All that are given must fit; none given fits every release. */
    match: z
      .strictObject({
        node: z.string().optional(),
        releaseNumber: z.string().optional(),
        poNumber: z.string().optional(),
      })
      .default({}),
    /** No further step until the behaviour is taken away. */
    hold: z.boolean().default(false),
    /** Leaves although the day before which nothing may leave has not come. */
    early: z.boolean().default(false),
    /** Refused with this reason instead of being accepted. */
    refuse: z.string().min(1).max(500).optional(),
    /** Percent of every line that is never found, rounded up to whole pieces. */
    shortPercent: z.number().min(0).max(100).optional(),
    /** Shipments that the release leaves in; by default two if a line is above the wave capacity. */
    waves: z.union([z.literal(1), z.literal(2)]).optional(),
    /** Extra wait before each step. */
    delayMs: z.int().min(0).max(600_000).default(0),
    /** Every event leaves twice. */
    duplicate: z.boolean().default(false),
    /** The events wait until the release is finished and then leave last first. */
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
