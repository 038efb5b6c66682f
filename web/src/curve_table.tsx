// The numbers behind the curves, for who reads rather than looks; and the keys of a legend.
import { useState } from "preact/hooks";
import type { Curve } from "./curve";
import { decimal, figure } from "./format";
import { columnName, words } from "./lang";
import type { Column } from "./table";

const kMostRows = 50;
const kPlaces = ["epoch", "step", "seconds"];

export function CurveTable({ columns }: { columns: Record<string, Column> }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words().numbers}</summary>
      {open && <Numbers columns={columns} />}
    </details>
  );
}

function Numbers({ columns }: { columns: Record<string, Column> }) {
  const names = Object.keys(columns);
  const length = Math.max(0, ...names.map((name) => columns[name]!.length));
  const count = Math.min(kMostRows, length);
  const rows = Array.from({ length: count }, (_, i) => Math.round(((i + 1) * length) / count) - 1);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={words().numbers}>
      <table class="numbers">
        <thead>
          <tr>
            {names.map((name) => (
              <th scope="col" key={name}>
                {columnTitle(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row}>
              {names.map((name) => (
                <td key={name}>{cellText(name, columns[name]![row] ?? null)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function columnTitle(name: string): string {
  if (name === "seconds") return words().timeAxis;
  return name === "epoch" || name === "step" ? words()[name] : columnName(name);
}

function cellText(name: string, value: number | null): string {
  if (value === null) return "";
  return kPlaces.includes(name) ? decimal(value, 3) : figure(value);
}

/** A piece of the line as it is drawn. */
export function Swatch({ curve }: { curve: Pick<Curve, "color" | "dash"> }) {
  return (
    <svg class="swatch" viewBox="0 0 28 8" width="28" height="8" aria-hidden="true">
      <path
        d="M0 4h28"
        stroke-width="2"
        stroke-dasharray={curve.dash.join(" ")}
        style={{ stroke: `var(${curve.color})` }}
      />
    </svg>
  );
}
