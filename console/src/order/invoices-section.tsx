import type { OrderDetail } from '../api.ts';
import { formatMoney, formatWords } from '../format.ts';
import { Day } from '../time.tsx';
import { Section, WideTable } from './section.tsx';

export function InvoicesSection({ order }: { readonly order: OrderDetail }) {
  const { invoices, payments, currency } = order;
  return (
    <Section title="Invoices and payments">
      {invoices.length === 0 ? (
        <p className="quiet">Nothing is invoiced yet.</p>
      ) : (
        <WideTable name="Invoices">
          <thead>
            <tr>
              <th scope="col">Invoice</th>
              <th scope="col">Invoiced</th>
              <th scope="col">Due</th>
              <th scope="col" className="number">
                Total
              </th>
              <th scope="col" className="number">
                Paid
              </th>
              <th scope="col" className="number">
                Open
              </th>
            </tr>
          </thead>
          <tbody>
            {invoices.map((invoice) => (
              <tr key={invoice.invoiceNumber}>
                <th scope="row">
                  <code>{invoice.invoiceNumber}</code>
                </th>
                <td>
                  <Day on={invoice.invoicedOn} />
                </td>
                <td>
                  <Day on={invoice.dueOn} />
                </td>
                <td className="number">{formatMoney(invoice.total, currency)}</td>
                <td className="number">{formatMoney(invoice.paid, currency)}</td>
                <td className={invoice.total === invoice.paid ? 'number zero' : 'number'}>
                  {formatMoney(invoice.total - invoice.paid, currency)}
                </td>
              </tr>
            ))}
          </tbody>
        </WideTable>
      )}
      {payments.length > 0 && (
        <WideTable name="Payments">
          <thead>
            <tr>
              <th scope="col">Payment</th>
              <th scope="col">Method</th>
              <th scope="col">Paid</th>
              <th scope="col">For invoice</th>
              <th scope="col" className="number">
                Amount
              </th>
            </tr>
          </thead>
          <tbody>
            {payments.map((payment) => (
              <tr key={`${payment.reference} ${payment.invoiceNumber}`}>
                <th scope="row">
                  <code>{payment.reference}</code>
                </th>
                <td>{formatWords(payment.method)}</td>
                <td>
                  <Day on={payment.paidOn} />
                </td>
                <td>{payment.invoiceNumber && <code>{payment.invoiceNumber}</code>}</td>
                <td className="number">{formatMoney(payment.amount, currency)}</td>
              </tr>
            ))}
          </tbody>
        </WideTable>
      )}
    </Section>
  );
}
