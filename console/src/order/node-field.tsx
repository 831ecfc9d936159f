import { useId } from 'react';
import type { OtherNode } from '../api.ts';
import { useApi } from '../session.tsx';
import { useLive } from '../use-live.ts';

/** The resolution that sends the goods from another node. */
export const OTHER_NODE = 'other-node';

interface Props {
  readonly exceptionId: string;
  readonly node: string;
  readonly onChange: (node: string) => void;
}

/** The nodes that could ship, with what they have of it now. */
export function NodeField({ exceptionId, node, onChange }: Props) {
  const api = useApi();
  const id = useId();
  const { data } = useLive(`exception ${exceptionId}`, (signal) => api.exceptionDetail(exceptionId, signal));
  if (data === undefined) return <p>Asking what the other nodes have…</p>;
  const { otherNodes } = data;
  if (otherNodes.length === 0) return <p>There is no other node.</p>;
  const chosen = otherNodes.find((one) => one.node === node);
  return (
    <>
      <label htmlFor={id}>Ship from</label>
      <select id={id} value={node} required onChange={({ target }) => onChange(target.value)}>
        <option value="">Choose a node</option>
        {otherNodes.map((one) => (
          <option key={one.node} value={one.node}>
            {one.node}: {one.enough ? 'has all of it' : 'has not enough'}
          </option>
        ))}
      </select>
      {chosen && <Stock of={chosen} />}
    </>
  );
}

function Stock({ of: { node, lines } }: { readonly of: OtherNode }) {
  return (
    <ul aria-label={`What ${node} has`}>
      {lines.map(({ lineId, sku, wanted, free }) => (
        <li key={lineId}>
          Line {lineId}: {wanted} of {sku} wanted, {free} free
        </li>
      ))}
    </ul>
  );
}
