// The curves of the chosen run, their figures, and what can be saved of them.
import { useMemo, useState } from "preact/hooks";
import { Chart } from "./chart";
import { csvOfColumns } from "./csv";
import { valueAt, type Curve } from "./curve";
import { CurveTable, Swatch } from "./curve_table";
import { saveFile, useStore } from "./hooks";
import { decimal, figure } from "./format";
import { figureName, words } from "./lang";
import { runCurves, type ChartCurves, type XAxis } from "./run_curves";
import type { RunInfo } from "./source";
import type { Store } from "./store";
import { svgOf } from "./svg";
import { color } from "./theme";

export function Curves({ store, id, lang }: { store: Store; id: number; lang: string }) {
  useStore(store);
  const [axis, setAxis] = useState<XAxis>("epoch");
  const [log, setLog] = useState(false);
  const [weight, setWeight] = useState(0);
  const [cursor, setCursor] = useState<number | null>(null);
  const run = store.run(id);
  const points = store.table(id, "points");
  const steps = store.table(id, "steps");
  const charts = useMemo(
    () => (run ? runCurves(run, [points, steps], axis, weight) : null),
    [id, run?.metric, points, points?.revision, steps, steps?.revision, axis, weight, lang],
  );
  if (!run || !charts) return null;
  const all = [...charts.loss.raw, ...charts.metric.raw];
  const stretch = [0, lastX(all)];
  const isAccuracy = run.metric.endsWith("_acc");
  const name = fileName(run);
  const columns = points?.columns ?? {};
  const common = { axis, setCursor, name, stretch };
  return (
    <section aria-labelledby="curves">
      <h2 id="curves">{words().curves}</h2>
      <div class="controls">
        <AxisChoice axis={axis} onChoice={setAxis} />
        <label>
          <input type="checkbox" checked={log} onChange={() => setLog(!log)} />
          {words().logScale}
        </label>
        <Smoothing weight={weight} onWeight={setWeight} />
        <button onClick={() => saveFile(`${name}.csv`, "text/csv", csvOfColumns(columns))}>
          CSV
        </button>
      </div>
      {all.length === 0 && <p class="hint">{words().waiting}</p>}
      <div class="charts">
        <CurveChart title={words().loss} chart={charts.loss} log={log} {...common} better="less" />
        <CurveChart
          title={figureName(run.metric)}
          chart={charts.metric}
          log={log && !isAccuracy}
          better={run.larger_is_better ? "more" : "less"}
          {...common}
        />
      </div>
      {all.length > 0 && <Readout curves={all} axis={axis} x={cursor} />}
      <CurveTable columns={columns} />
    </section>
  );
}

interface SmoothingProps {
  weight: number;
  onWeight: (weight: number) => void;
}

function Smoothing({ weight, onWeight }: SmoothingProps) {
  return (
    <label class="slider">
      {words().smoothing}
      <input
        type="range"
        min={0}
        max={0.99}
        step={0.01}
        value={weight}
        onInput={(event) => onWeight(Number(event.currentTarget.value))}
      />
      <output>{decimal(weight, 2)}</output>
    </label>
  );
}

interface CurveChartProps {
  title: string;
  chart: ChartCurves;
  log: boolean;
  better: "more" | "less";
  axis: XAxis;
  setCursor: (x: number | null) => void;
  name: string;
  stretch: number[];
}

function CurveChart(props: CurveChartProps) {
  const { title, chart, log, better, axis, setCursor, name, stretch } = props;
  if (chart.raw.length === 0) return null;
  const parts = chart.raw.map((curve) =>
    words().curveSentence(curve.label, figure(curve.y.at(-1)), figure(bestOf(curve, better).y)),
  );
  const save = () => {
    const parts = { title, xLabel: axisName(axis), log, curves: chart.curves, colorOf: color };
    saveFile(`${name}-${title}.svg`, "image/svg+xml", svgOf(parts));
  };
  return (
    <div class="figure">
      <div class="caption">
        <h3>{title}</h3>
        <button onClick={save} aria-label={words().saveSvg(title)}>
          SVG
        </button>
      </div>
      <Chart
        curves={chart.curves}
        stretch={stretch}
        label={words().chartLabel(title, parts.join("; "))}
        keys={words().chartKeys}
        xLabel={axisName(axis)}
        log={log}
        sync="curves"
        height={280}
        onCursor={setCursor}
      />
      <table class="legend">
        <thead>
          <tr>
            <th scope="col">{words().curve}</th>
            <th scope="col">{words().best}</th>
            <th scope="col">{words().last}</th>
          </tr>
        </thead>
        <tbody>
          {chart.raw.map((curve) => (
            <LegendRow key={curve.key} curve={curve} better={better} axis={axis} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface LegendRowProps {
  curve: Curve;
  better: "more" | "less";
  axis: XAxis;
}

function LegendRow({ curve, better, axis }: LegendRowProps) {
  const best = bestOf(curve, better);
  return (
    <tr>
      <th scope="row">
        <Swatch curve={curve} /> {curve.label}
      </th>
      <td>
        {figure(best.y)} <small>{words().at(xText(best.x, axis))}</small>
      </td>
      <td>{figure(curve.y.at(-1))}</td>
    </tr>
  );
}

/** The values under the cursor as text; without a cursor the last ones. */
function Readout({ curves, axis, x }: { curves: Curve[]; axis: XAxis; x: number | null }) {
  const at = x ?? lastX(curves);
  return (
    <p class="readout" aria-live={x === null ? "off" : "polite"}>
      <b>{xText(at, axis)}</b>
      {curves.map((curve) => (
        <span key={curve.key}>
          {curve.label} {figure(valueAt(curve, at))}
        </span>
      ))}
    </p>
  );
}

function lastX(curves: Curve[]): number {
  return Math.max(0, ...curves.map((curve) => curve.x.at(-1) ?? 0));
}

export function AxisChoice({ axis, onChoice }: { axis: XAxis; onChoice: (axis: XAxis) => void }) {
  return (
    <label>
      {words().xAxis}
      <select value={axis} onChange={(event) => onChoice(event.currentTarget.value as XAxis)}>
        <option value="epoch">{words().epoch}</option>
        <option value="step">{words().step}</option>
        <option value="time">{words().time}</option>
      </select>
    </label>
  );
}

export function axisName(axis: XAxis): string {
  return axis === "time" ? words().timeAxis : words()[axis];
}

function xText(x: number, axis: XAxis): string {
  if (axis === "time") return `${decimal(x, 2)} s`;
  return `${words()[axis]} ${decimal(x, axis === "step" ? 0 : 2)}`;
}

function bestOf(curve: Curve, better: "more" | "less"): { x: number; y: number } {
  let at = 0;
  curve.y.forEach((y, i) => {
    const best = curve.y[at]!;
    if (better === "more" ? y > best : y < best) at = i;
  });
  return { x: curve.x[at]!, y: curve.y[at]! };
}

function fileName(run: RunInfo): string {
  return run.name.replace(/[^\p{L}\p{N}._-]+/gu, "_") || "run";
}
