import { useApi } from '../session.tsx';
import { useLive } from '../use-live.ts';

export function PartnerFilter(props: { readonly partner: string; readonly onChange: (id: string) => void }) {
  const { partner, onChange } = props;
  const api = useApi();
  const partners = useLive('partners', api.partners);
  const known = partners.data?.items ?? [];
  return (
    <select aria-label="Partner" value={partner} onChange={(event) => onChange(event.target.value)}>
      <option value="">All partners</option>
      {partner !== '' && !known.some(({ id }) => id === partner) && <option value={partner}>{partner}</option>}
      {known.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
