import { z } from 'zod';
import { type Forecast, forecastCheck } from '../../activities/orders/corrections.ts';
import { type ExceptionType, effectOf, type Resolution } from '../../domain/exceptions.ts';
import { correctionInWords } from '../../domain/order/corrections.ts';
import { checkCorrections, forecasting } from '../corrections.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { StatedCorrection } from './correction.ts';
import { minorUnits } from './values.ts';

export const resolutionForecast = z
  .object({
    resolution: z.string(),
    effect: z.string().meta({ description: 'What the resolution does, for people' }),
    corrections: z.array(z.string()).meta({ description: 'For people', examples: [['line 2: our item MW-1001']] }),
    remembered: z.int().meta({ description: 'Cross-references of the partner that it keeps' }),
    asksNext: z
      .object({ type: z.string(), summary: z.string() })
      .nullable()
      .meta({ description: 'The question that the check would open next; null if none, or if it is not known' }),
    goodsTotal: z
      .object({ amount: minorUnits, currency: z.string() })
      .nullable()
      .meta({ description: 'Of the order as it would be, if its check passes' }),
  })
  .meta({ id: 'ResolutionForecast', description: 'What a decision would lead to; nothing is done' });

/** The step that reads the order anew: only there is it known what comes next. */
const CHECK = 'check the order';

interface Asked {
  /** null for one of a return. */
  readonly orderId: string | null;
  readonly type: string;
  readonly step: string;
}

export async function forecastOf(
  deps: ApiDependencies,
  { orderId, type, step }: Asked,
  resolution: Resolution,
  stated: readonly StatedCorrection[] | undefined,
): Promise<z.output<typeof resolutionForecast>> {
  const problem = type as ExceptionType;
  const effect = effectOf(resolution, problem, orderId === null ? 'return' : 'order');
  if (orderId === null) return { resolution, effect, corrections: [], remembered: 0, asksNext: null, goodsTotal: null };
  const corrected = stated && (await checkCorrections(deps, { orderId, type: problem }, stated));
  const isChecked = step === CHECK && (resolution === 'retry' || resolution === 'accept');
  const accepts = resolution === 'accept' ? { accepts: problem } : {};
  const forecast =
    corrected?.forecast ?? (isChecked ? await forecastCheck(forecasting(deps), orderId, accepts) : undefined);
  return {
    resolution,
    effect,
    corrections: (corrected?.corrections ?? []).map(correctionInWords),
    remembered: corrected?.remembered.length ?? 0,
    ...nextOf(forecast),
  };
}

function nextOf(forecast: Forecast | undefined) {
  if (forecast === undefined || 'unread' in forecast) return { asksNext: null, goodsTotal: null };
  if ('problem' in forecast) {
    const { type, summary } = forecast.problem;
    return { asksNext: { type, summary }, goodsTotal: null };
  }
  const { goodsTotal } = forecast.checked;
  return { asksNext: null, goodsTotal: { amount: goodsTotal, currency: forecast.order.currency } };
}
