// The metric of several runs in one chart, or the mean of each group with a band round it.
import { useMemo, useState } from "preact/hooks";
import { Chart } from "./chart";
import type { Row } from "./compare_rows";
import { pointsOf, thinned, type Curve } from "./curve";
import { AxisChoice, axisName } from "./curves";
import { meanCurve } from "./groups";
import { saveFile, useStore } from "./hooks";
import { count, figure } from "./format";
import { columnName, words } from "./lang";
import { xOf, type XAxis } from "./run_curves";
import type { Store } from "./store";
import { svgOf } from "./svg";
import { color } from "./theme";

const kColors = ["blue", "purple", "green", "red", "orange", "teal", "brown", "slate"];
const kDashes = [[], [9, 5], [10, 4, 2, 4], [2, 4]];
const kDrawMs = 100; // a hundred curves take some 20 ms
const kMostPoints = 12000; // of all curves together

export function styleAt(index: number): Pick<Curve, "color" | "dash"> {
  const round = Math.floor(index / kColors.length);
  return {
    color: `--${kColors[index % kColors.length]}`,
    dash: kDashes[round % kDashes.length]!,
  };
}

interface OverlayProps {
  store: Store;
  rows: Row[];
  shown: Set<number>;
  focus: string | null;
  onFocus: (key: string | null) => void;
}

export function Overlay({ store, rows, shown, focus, onFocus }: OverlayProps) {
  useStore(store, kDrawMs);
  const [axis, setAxis] = useState<XAxis>("epoch");
  const seen = rows
    .map((row) => ({ ...row, runs: row.runs.filter((run) => shown.has(run.id)) }))
    .filter((row) => row.runs.length > 0);
  const tables = seen.flatMap((row) => row.runs.map((run) => store.table(run.id, "points")));
  const state = seen.map((row) => row.key).join() + tables.map((table) => table?.revision).join();
  const curves = useMemo(
    () => seen.map((row) => curveOf(store, row, axis, seen.length)).filter((c) => c.x.length > 0),
    [store, state, axis],
  );
  const judged = rows.find((row) => row.runs[0]!.metric !== ""); // a damaged run has none
  const metric = columnName(judged?.runs[0]!.metric ?? "");
  const named = curves.find((curve) => curve.key === focus);
  const save = () => {
    const parts = { title: metric, xLabel: axisName(axis), log: false, curves, colorOf: color };
    saveFile(`compare-${metric}.svg`, "image/svg+xml", svgOf(parts));
  };
  return (
    <div class="figure">
      <div class="caption">
        <h3>{metric}</h3>
        <AxisChoice axis={axis} onChoice={setAxis} />
        <button onClick={save} aria-label={words().saveSvg(metric)}>
          SVG
        </button>
      </div>
      {curves.length === 0 && <p class="hint">{words().overlayHint}</p>}
      <Chart
        curves={curves}
        label={words().chartLabel(words().overlay, words().runsShown(count(curves.length)))}
        keys={words().chartKeys}
        xLabel={axisName(axis)}
        log={false}
        sync="compare"
        height={300}
        focus={focus}
        onFocus={onFocus}
      />
      <p class="readout" aria-live="polite">
        {named && (
          <>
            <b>{named.label}</b> <span>{figure(named.y.at(-1))}</span>
          </>
        )}
      </p>
    </div>
  );
}

function curveOf(store: Store, row: Row, axis: XAxis, curves: number): Curve {
  const points = row.runs.map((run) => {
    const columns = store.table(run.id, "points")?.columns ?? {};
    const found = pointsOf(xOf(columns, axis), columns[run.metric]);
    return thinned(found, Math.max(20, kMostPoints / curves / row.runs.length));
  });
  const width = curves > 20 ? 1 : 1.75;
  const style = { key: row.key, label: row.label, ...styleAt(row.index), width, opacity: 1 };
  if (row.runs.length === 1) return { ...style, ...points[0]! };
  const { x, mean, deviation } = meanCurve(points.filter((one) => one.x.length > 0));
  return {
    ...style,
    x,
    y: mean,
    low: mean.map((value, i) => value - deviation[i]!),
    high: mean.map((value, i) => value + deviation[i]!),
  };
}
