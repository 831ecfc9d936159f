/** An X12 file, pasted or chosen. One character is one byte. */
export function FileInput(props: { readonly file: string; readonly onChange: (file: string) => void }) {
  const { file, onChange } = props;
  return (
    <>
      <p>
        <label>
          Read a file{' '}
          <input
            type="file"
            onChange={(event) => {
              const [chosen] = event.target.files ?? [];
              void chosen?.arrayBuffer().then((bytes) => onChange(latin1(bytes)));
            }}
          />
        </label>
      </p>
      <textarea
        className="bench-file"
        aria-label="X12 file"
        placeholder="ISA*00*…"
        spellCheck={false}
        value={file}
        onChange={(event) => onChange(event.target.value)}
      />
    </>
  );
}

function latin1(bytes: ArrayBuffer): string {
  // The label iso-8859-1 means windows-1252 to browsers, so each byte is taken as it is.
  return [...new Uint8Array(bytes)].map((byte) => String.fromCharCode(byte)).join('');
}
