import { Link } from 'react-router-dom';
import { Ago } from '../time.tsx';
import type { ReturnItem } from './api.ts';
import { ReturnBadge, returnPath } from './return-status.tsx';
import { EndReason } from './waiting.tsx';

export function ReturnsTable({ items, dimmed }: { readonly items: readonly ReturnItem[]; readonly dimmed: boolean }) {
  return (
    <table className={dimmed ? 'list dimmed' : 'list'} aria-busy={dimmed}>
      <caption className="visually-hidden">Returns</caption>
      <thead>
        <tr>
          <th scope="col">Return</th>
          <th scope="col">Partner</th>
          <th scope="col">Order</th>
          <th scope="col">State</th>
          <th scope="col">Waits for, or why it ended</th>
          <th scope="col">Asked</th>
        </tr>
      </thead>
      <tbody>
        {items.map((one) => (
          <tr key={one.returnId}>
            <th scope="row" className="cell-name">
              <Link to={returnPath(one.returnId)}>{one.rmaNumber}</Link>
            </th>
            <td className="cell-partner">{one.partnerName || 'unknown sender'}</td>
            <td className="cell-order">
              {one.orderId === null ? (
                (one.poNumber ?? 'unknown')
              ) : (
                <Link to={`/orders/${encodeURIComponent(one.orderId)}`}>{one.poNumber}</Link>
              )}
            </td>
            <td className="cell-status">
              <ReturnBadge status={one.status} />
            </td>
            <td className="cell-reason">{one.waitingFor ?? (one.closedAt === null ? '' : <EndReason rma={one} />)}</td>
            <td className="cell-time">
              <Ago at={one.askedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
