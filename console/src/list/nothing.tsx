/** An empty cell, which says so to who cannot see it. */
export function Nothing() {
  return (
    <span className="nothing">
      <span aria-hidden="true">–</span>
      <span className="visually-hidden">none</span>
    </span>
  );
}
