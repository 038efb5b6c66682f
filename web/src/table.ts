// The rows of one table of a run, as far as the page has them. Bounded: see `Table.crowded`.
import type { Extent, Rows } from "./source";

export type Column = (number | null)[];

/** What became of rows that came: taken, already here, or rows before them are missing. */
export type Merged = "taken" | "known" | "gap";

export class Table {
  version = -1; // none yet
  next = 0; // the number of the first row that is not here
  count = 0; // rows here: fewer than `next` where stretches stand for themselves by two
  revision = 0; // grows with each change
  columns: Record<string, Column> = {};

  constructor(readonly most: number) {}

  /** Whether rows of a run that reaches so far are missing. */
  behind(extent: Extent): boolean {
    return extent.version !== this.version || extent.rows > this.next;
  }

  /** Twice as many rows as wanted: time to have them again, decimated. */
  get crowded(): boolean {
    return this.count > 2 * this.most;
  }

  /** All rows anew, from number 0. */
  replace(rows: Rows): void {
    this.version = rows.version;
    this.next = rows.next;
    this.count = rowCount(rows);
    this.columns = rows.columns;
    this.revision++;
  }

  /** Rows behind those that are here. */
  append(rows: Rows): Merged {
    if (rows.version !== this.version) {
      if (rows.from !== 0) return "gap";
      this.replace(rows);
      return "taken";
    }
    if (rows.next <= this.next) return "known";
    const repeated = this.next - rows.from;
    const count = rowCount(rows);
    const whole = count === rows.next - rows.from;
    if (repeated < 0 || (repeated > 0 && !whole)) return "gap";
    for (const [name, values] of Object.entries(rows.columns)) {
      const column = this.columns[name] ?? (this.columns[name] = nulls(this.count));
      for (let i = repeated; i < count; i++) column.push(values[i] ?? null);
    }
    this.count += count - repeated;
    for (const column of Object.values(this.columns)) {
      while (column.length < this.count) column.push(null);
    }
    this.next = rows.next;
    this.revision++;
    return "taken";
  }
}

function rowCount(rows: Rows): number {
  return Math.max(0, ...Object.values(rows.columns).map((column) => column.length));
}

function nulls(count: number): Column {
  return new Array<number | null>(count).fill(null);
}
