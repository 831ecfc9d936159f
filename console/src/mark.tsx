export function Mark() {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      <rect width="24" height="24" rx="5" className="brand-ground" />
      <path d="M4 12h16" className="brand-line" />
      <circle cx="5.5" cy="12" r="2.2" className="brand-dot" />
      <circle cx="12" cy="12" r="2.2" className="brand-ring" />
      <circle cx="18.5" cy="12" r="2.2" className="brand-dot" />
    </svg>
  );
}
