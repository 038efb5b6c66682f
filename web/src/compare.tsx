// Several runs side by side: table, overlaid curves and parallel coordinates with one highlight.
import { useMemo, useState } from "preact/hooks";
import { axesOf, withinBrushes, type Brushes } from "./axes";
import { columnsOf, filtered, rowsOf, sorted } from "./compare_rows";
import { count } from "./format";
import { words } from "./lang";
import { Overlay } from "./overlay";
import { Parallel } from "./parallel";
import { RunTable, type Sort } from "./run_table";
import type { Store } from "./store";

const kMostShown = 100;

interface CompareProps {
  store: Store;
  chosen: number;
  onChoose: (run: number) => void;
  shown: Set<number>;
  onShown: (shown: Set<number>) => void;
}

export function Compare({ store, chosen, onChoose, shown, onShown }: CompareProps) {
  const [grouped, setGrouped] = useState(false);
  const [expression, setExpression] = useState("");
  const [sort, setSort] = useState<Sort | null>(null);
  const [brushes, setBrushes] = useState<Brushes>({});
  const [focus, setFocus] = useState<string | null>(null);
  const largerIsBetter = store.runs.find((run) => run.metric !== "")?.larger_is_better ?? true;
  const order = sort ?? { column: "best", descending: largerIsBetter };
  const { all, columns } = useMemo(
    () => ({ all: rowsOf(store.runs, grouped), columns: columnsOf(store.runs, grouped) }),
    [store, store.runsRevision, grouped],
  );
  const matching = useMemo(() => filtered(all, expression, columns), [all, expression, columns]);
  const axes = useMemo(() => axesOf(matching ?? all, columns), [matching, all, columns]);
  const kept = useMemo(
    () => (matching ?? all).filter((row) => withinBrushes(row, axes, brushes)),
    [matching, all, axes, brushes],
  );
  const listed = useMemo(
    () => sorted(kept, order.column, order.descending),
    [kept, order.column, order.descending],
  );
  const keptSet = useMemo(() => new Set(kept), [kept]);
  const brush = (column: string, range: [number, number] | null) => {
    const { [column]: _, ...others } = brushes;
    setBrushes(range ? { ...others, [column]: range } : others);
  };
  const told = grouped ? words().groupsListed : words().runsListed;
  const show = (runs: number[], yes: boolean) => {
    const next = new Set(shown);
    for (const run of runs) {
      if (!yes) next.delete(run);
      else if (next.size < kMostShown) next.add(run);
    }
    onShown(next);
  };
  const bestRuns = sorted(kept, "best", largerIsBetter)
    .flatMap((row) => row.runs.map((run) => run.id))
    .slice(0, kMostShown);
  return (
    <section aria-labelledby="compare">
      <h2 id="compare">{words().compare}</h2>
      <Overlay store={store} rows={kept} shown={shown} focus={focus} onFocus={setFocus} />
      <Tools
        {...{ expression, onExpression: setExpression, grouped, onGrouped: setGrouped }}
        listed={matching ? told(count(listed.length), count(all.length)) : null}
        best={bestRuns}
        onShown={onShown}
      />
      <RunTable
        {...{ rows: listed, columns, sort: order, onSort: setSort, chosen, onChoose, shown }}
        {...{ onShow: show, focus, onFocus: setFocus }}
      />
      {axes.length > 1 && (
        <>
          <h3>{words().parallel}</h3>
          <p class="hint">{words().parallelHint}</p>
          <Parallel
            {...{ axes, brushes, focus, kept: keptSet, rows: matching ?? all, onBrush: brush }}
          />
        </>
      )}
    </section>
  );
}

interface ToolsProps {
  expression: string;
  onExpression: (expression: string) => void;
  grouped: boolean;
  onGrouped: (grouped: boolean) => void;
  listed: string | null; // null: the expression is none
  best: number[];
  onShown: (shown: Set<number>) => void;
}

function Tools(props: ToolsProps) {
  const { expression, onExpression, grouped, onGrouped, listed, best, onShown } = props;
  return (
    <div class="controls">
      <label class="filter">
        {words().filter}
        <input
          type="search"
          value={expression}
          aria-invalid={listed === null}
          onInput={(event) => onExpression(event.currentTarget.value)}
        />
      </label>
      <label>
        <input type="checkbox" checked={grouped} onChange={() => onGrouped(!grouped)} />
        {words().group}
      </label>
      <button onClick={() => onShown(new Set(best))}>{words().showAll(count(best.length))}</button>
      <button onClick={() => onShown(new Set())}>{words().showNone}</button>
      <span role="status">{listed ?? words().badFilter}</span>
    </div>
  );
}
