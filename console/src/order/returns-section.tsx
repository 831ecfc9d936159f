import { isPositive } from '../../../domain/decimal.ts';
import type { OrderDetail } from '../api.ts';
import { ReturnGoods } from '../returns/return-forms.tsx';
import { ReturnsTable } from '../returns/returns-table.tsx';
import { useApi } from '../session.tsx';
import { useLive } from '../use-live.ts';
import { Section } from './section.tsx';

const REFRESH = 8_000;
const MOST = 50;

/** What comes back of the order, and the way to ask for more. */
export function ReturnsSection({ order }: { readonly order: OrderDetail }) {
  const api = useApi();
  const { id: orderId, lineSums } = order;
  const returns = useLive(`returns of ${orderId}`, (signal) => api.returns({ orderId, limit: MOST }, signal), {
    every: REFRESH,
  });
  const items = returns.data?.items ?? [];
  const offered = lineSums.some(({ shipped }) => isPositive(shipped));
  if (items.length === 0 && !offered) return null;
  return (
    <Section title="Returns">
      {items.length > 0 && <ReturnsTable items={items} dimmed={false} />}
      {offered && <ReturnGoods order={order} onDone={returns.refresh} />}
    </Section>
  );
}
