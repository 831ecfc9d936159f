import type { DocumentSummary, OrderDetail } from '../api.ts';
import { formatMoney } from '../format.ts';
import { Section } from './section.tsx';

interface Stage {
  readonly name: string;
  readonly values: readonly string[];
}

/** The order's numbers on each side, from the inbound interchange to the payment. */
export function LineageSection(props: { readonly order: OrderDetail; readonly documents: readonly DocumentSummary[] }) {
  return (
    <Section title="Lineage" note="all reference numbers, from interchange to cash">
      <ol className="lineage">
        {stagesOf(props.order, props.documents).map(({ name, values }) => (
          <li key={name} className={values.length === 0 ? 'stage stage-ahead' : 'stage'}>
            <h3>{name}</h3>
            {values.length === 0 ? (
              <p className="nothing">not yet</p>
            ) : (
              <ul>
                {values.map((value) => (
                  <li key={value}>
                    <code>{value}</code>
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function stagesOf(order: OrderDetail, documents: readonly DocumentSummary[]): Stage[] {
  const source = documents.find(({ effect }) => effect === 'takes-order');
  const control = source?.controlNumbers;
  const arrival: Stage = control?.interchange
    ? {
        name: 'Interchange',
        values: [
          `ISA ${control.interchange}`,
          ...(control.group ? [`GS ${control.group}`] : []),
          ...(control.transaction ? [`ST ${control.transaction}`] : []),
        ],
      }
    : { name: 'Request', values: [order.correlationId] };
  return [
    arrival,
    { name: 'PO', values: [order.poNumber] },
    { name: 'ERP order', values: order.erpOrderNumber ? [order.erpOrderNumber] : [] },
    { name: 'Shipments', values: order.shipments.map(({ shipmentNumber }) => shipmentNumber) },
    {
      name: 'SSCC',
      values: [...new Set(order.shipments.flatMap(({ packages }) => packages.flatMap(({ sscc }) => sscc ?? [])))],
    },
    { name: 'Invoices', values: order.invoices.map(({ invoiceNumber }) => invoiceNumber) },
    {
      name: 'Payments',
      values: order.payments.map(({ reference, amount }) => `${reference} · ${formatMoney(amount, order.currency)}`),
    },
  ];
}
