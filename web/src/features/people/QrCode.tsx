// Drawn in the page: the secret in it goes nowhere.
import { encode } from 'uqr';

/** A text as a QR code, with the quiet zone of four modules that readers need. Dark on light in both themes. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges" role="img" aria-label={label}>
      <rect width={size} height={size} className="light" />
      <path d={path} className="dark" />
    </svg>
  );
}
