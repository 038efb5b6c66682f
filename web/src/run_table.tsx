// The table of runs: sortable, a hundred rows a page.
import { useState } from "preact/hooks";
import { cellOf, kColumns, type Row } from "./compare_rows";
import { Swatch } from "./curve_table";
import { count, decimal, figure } from "./format";
import { words } from "./lang";
import { styleAt } from "./overlay";

const kPageRows = 100;

export interface Sort {
  column: string;
  descending: boolean;
}

interface RunTableProps {
  rows: Row[];
  columns: string[]; // of options
  sort: Sort;
  onSort: (sort: Sort) => void;
  chosen: number;
  onChoose: (run: number) => void;
  shown: Set<number>;
  onShow: (runs: number[], show: boolean) => void;
  focus: string | null;
  onFocus: (key: string | null) => void;
}

export function RunTable(props: RunTableProps) {
  const { rows, columns, sort, onSort } = props;
  const [page, setPage] = useState(0);
  const pages = Math.max(1, Math.ceil(rows.length / kPageRows));
  const here = Math.min(page, pages - 1);
  return (
    <>
      <div class="scroll">
        <table class="runs">
          <thead>
            <tr>
              <td>
                <span class="unseen">{words().show}</span>
              </td>
              {[...kColumns, ...columns].map((column) => (
                <Header key={column} {...{ column, sort, onSort, rows }} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(here * kPageRows, (here + 1) * kPageRows).map((row) => (
              <RunRow key={row.key} row={row} {...props} />
            ))}
          </tbody>
        </table>
      </div>
      {pages > 1 && (
        <div class="controls pages">
          <button disabled={here === 0} onClick={() => setPage(here - 1)}>
            {words().previous}
          </button>
          <span>{words().page(count(here + 1), count(pages))}</span>
          <button disabled={here === pages - 1} onClick={() => setPage(here + 1)}>
            {words().next}
          </button>
        </div>
      )}
    </>
  );
}

type HeaderProps = Pick<RunTableProps, "rows" | "sort" | "onSort"> & { column: string };

function Header({ column, sort, onSort, rows }: HeaderProps) {
  const mine = sort.column === column;
  const order = mine ? (sort.descending ? "descending" : "ascending") : "none";
  const fixed = kColumns.find((name) => name === column);
  return (
    <th
      scope="col"
      aria-sort={order}
      class={rows[0] && typeof cellOf(rows[0], column) === "number" ? "number" : ""}
    >
      <button class="link" onClick={() => onSort({ column, descending: mine && !sort.descending })}>
        {fixed ? words()[fixed] : column.replace(/^option /, "")}
        {mine && <span aria-hidden="true">{sort.descending ? " ↓" : " ↑"}</span>}
      </button>
    </th>
  );
}

function RunRow(props: RunTableProps & { row: Row }) {
  const { row, columns, chosen, onChoose, shown, onShow, focus, onFocus } = props;
  const first = row.runs[0]!;
  const visible = row.runs.every((run) => shown.has(run.id));
  const label =
    row.runs.length > 1 ? words().groupOf(row.label, count(row.runs.length)) : row.label;
  const enter = () => onFocus(row.key);
  const leave = () => onFocus(null);
  return (
    <tr
      class={focus === row.key ? "focus" : ""}
      onMouseEnter={enter}
      onMouseLeave={leave}
      onFocusCapture={enter}
      onBlurCapture={leave}
    >
      <td class="pick">
        <input
          type="checkbox"
          checked={visible}
          aria-label={`${words().show}: ${label}`}
          onChange={() =>
            onShow(
              row.runs.map((run) => run.id),
              !visible,
            )
          }
        />
        {visible && <Swatch curve={styleAt(row.index)} />}
      </td>
      <th scope="row">
        <button
          class="link"
          aria-current={row.runs.some((run) => run.id === chosen)}
          onClick={() => onChoose(first.id)}
        >
          {label}
        </button>
      </th>
      <td>{words()[first.state] ?? first.state}</td>
      <td class="number">{decimal(first.epochs_done, 1)}</td>
      <td class="number">
        {figure(row.best)}
        {row.deviation !== null && <small> ± {figure(row.deviation)}</small>}
      </td>
      <td class="number">{figure(row.last)}</td>
      {columns.map((column) => (
        <OptionCell key={column} value={cellOf(row, column) ?? ""} />
      ))}
    </tr>
  );
}

function OptionCell({ value }: { value: string | number }) {
  return (
    <td class={typeof value === "number" ? "number" : "option"} title={String(value)}>
      {String(value)}
    </td>
  );
}
