import { Link, useLocation, useNavigate } from 'react-router-dom';

/** Links between the pages of a list. `address` returns the address of another page. */
export function Paging(props: {
  readonly nextCursor: string | null;
  readonly cursor: string;
  readonly address: (change: { readonly cursor?: string }) => string;
}) {
  const { nextCursor, cursor, address } = props;
  const navigate = useNavigate();
  const { state } = useLocation();
  // Cursors only go forward. "Previous page" uses the browser history, if "Next page" led here.
  const camePaging = typeof state === 'object' && state !== null && 'paging' in state;
  if (nextCursor === null && cursor === '') return null;
  return (
    <nav className="paging" aria-label="Pages">
      {cursor !== '' && (
        <>
          <Link to={address({})}>First page</Link>
          {camePaging && (
            <button type="button" onClick={() => void navigate(-1)}>
              Previous page
            </button>
          )}
        </>
      )}
      {nextCursor !== null && (
        <Link to={address({ cursor: nextCursor })} state={{ paging: true }}>
          Next page
        </Link>
      )}
    </nav>
  );
}
