/**
 * Label and mark of a state. The tone only supports the label: colour alone never carries a state.
 */

type Tone = 'quiet' | 'active' | 'done' | 'stopped' | 'alert';

export interface Appearance {
  readonly label: string;
  readonly tone: Tone;
  /**
   * Progress, such as from purchase order to cash, in quarters of a circle; undefined without
   * progress.
   */
  readonly progress?: 0 | 1 | 2 | 3 | 4;
}

export function Badge({ appearance, large = false }: { readonly appearance: Appearance; readonly large?: boolean }) {
  return (
    <span className={`status status-${appearance.tone}${large ? ' status-large' : ''}`}>
      <Mark appearance={appearance} />
      {appearance.label}
    </span>
  );
}

// Half the radius of the disc: a stroke as wide as the disc's radius along it fills the disc.
const RADIUS = 2.25;
const AROUND = 2 * Math.PI * RADIUS;

function Mark({ appearance: { tone, progress } }: { readonly appearance: Appearance }) {
  return (
    <svg className="mark" viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">
      {tone === 'alert' && (
        <>
          <path d="M7 1.4 13.2 12.4H.8Z" fill="currentColor" stroke="currentColor" strokeLinejoin="round" />
          <path d="M7 5.2v3.4M7 10.4v.4" className="mark-cut" />
        </>
      )}
      {tone === 'stopped' && (
        <>
          <circle cx="7" cy="7" r="5.75" className="mark-line" />
          <path d="M4.7 4.7l4.6 4.6M9.3 4.7 4.7 9.3" className="mark-line" />
        </>
      )}
      {tone === 'done' && (
        <>
          <circle cx="7" cy="7" r="6.4" fill="currentColor" />
          <path d="M4.2 7.2 6.2 9.2 9.9 5.1" className="mark-cut" />
        </>
      )}
      {(tone === 'quiet' || tone === 'active') && (
        <>
          <circle cx="7" cy="7" r="5.75" className="mark-line" />
          <circle
            cx="7"
            cy="7"
            r={RADIUS}
            fill="none"
            stroke="currentColor"
            strokeWidth={RADIUS * 2}
            strokeDasharray={`${(AROUND * (progress ?? 0)) / 4} ${AROUND}`}
            transform="rotate(-90 7 7)"
          />
        </>
      )}
    </svg>
  );
}
