// Tables as CSV (RFC 4180).

export type Cell = string | number | null | undefined;

/** Text that a spreadsheet would take for a formula gets an apostrophe before it. */
function csvCell(value: Cell): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csv(header: string[], rows: Cell[][]): string {
  return [header, ...rows].map((row) => row.map(csvCell).join(",") + "\r\n").join("");
}

/** Columns of one length, a line a row. */
export function csvOfColumns(columns: Record<string, (number | null)[]>): string {
  const names = Object.keys(columns);
  const count = Math.max(0, ...names.map((name) => columns[name]!.length));
  const rows = Array.from({ length: count }, (_, i) => names.map((name) => columns[name]![i]));
  return csv(names, rows);
}
