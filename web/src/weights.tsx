// The parameters and how they move: the filters, histograms, norms, and the changes of an epoch.
import { useMemo, useState } from "preact/hooks";
import { Chart } from "./chart";
import { Swatch } from "./curve_table";
import { Filters } from "./filters";
import { useNewest, useVisible } from "./hooks";
import { count, figure } from "./format";
import { words } from "./lang";
import { styleAt } from "./overlay";
import { Picture } from "./picture";
import type { RunInfo, WeightHistory, Weights } from "./source";
import type { Store } from "./store";
import { onOneAxis, ratioCurve, ratiosOf } from "./weight_moves";

const kRows = 40; // of a strip

export function WeightSections({ store, run }: { store: Store; run: RunInfo }) {
  const { ref, visible } = useVisible();
  const { value: weights, why } = useNewest(visible ? String(run.evaluation) : "", () =>
    store.source.weights(run.id),
  );
  return (
    <div ref={ref as preact.Ref<HTMLDivElement>} class="weights">
      {weights?.filters && <Filters epochs={weights.epochs} filters={weights.filters} />}
      <section aria-labelledby="weights">
        <h2 id="weights">{words().weights}</h2>
        {why && <p class="hint">{words().failed(why)}</p>}
        {weights && <Moves weights={weights} />}
      </section>
    </div>
  );
}

function Moves({ weights }: { weights: Weights }) {
  const [focus, setFocus] = useState<string | null>(null);
  const { epochs, tensors } = weights;
  const w = words();
  const curves = useMemo(
    () => tensors.map((tensor, i) => ratioCurve(tensor, epochs, styleAt(i))),
    [weights],
  );
  const drawn = useMemo(() => curves.filter((curve) => curve.x.length > 0), [curves]);
  return (
    <>
      <p class="hint">{w.weightsHint}</p>
      <table class="moves">
        <thead>
          <tr>
            {[w.parameter, w.norm, w.ratio, w.values].map((title) => (
              <th scope="col" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tensors.map((tensor, i) => (
            <tr key={tensor.name} class={focus === tensor.name ? "focus" : ""}>
              <th scope="row">
                <Swatch curve={curves[i]!} /> {tensor.name}{" "}
                <small>{tensor.shape.join(" × ")}</small>
              </th>
              <td>{figure(tensor.norm.at(-1))}</td>
              <td>{figure(ratiosOf(tensor).at(-1))}</td>
              <td>
                <Strip tensor={tensor} epochs={epochs} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {drawn.length > 0 && (
        <div class="figure">
          <h3>{w.ratioTitle}</h3>
          <Chart
            curves={drawn}
            label={w.chartLabel(w.ratioTitle, drawn.map((curve) => curve.label).join(", "))}
            keys={w.chartKeys}
            xLabel={w.epoch}
            log
            sync="weights"
            height={260}
            focus={focus}
            onFocus={setFocus}
          />
        </div>
      )}
    </>
  );
}

/** Epochs from left to right, values from low to high; the more there are, the denser. */
function Strip({ tensor, epochs }: { tensor: WeightHistory; epochs: number[] }) {
  const axis = useMemo(() => onOneAxis(tensor, kRows), [tensor]);
  const draw = () => {
    const most = Math.max(...axis.columns.flat());
    const image = new ImageData(epochs.length, kRows);
    axis.columns.forEach((column, x) =>
      column.forEach((share, row) => {
        const at = 4 * ((kRows - 1 - row) * epochs.length + x);
        image.data.set([70, 140, 210, 255 * Math.sqrt(share / most)], at);
      }),
    );
    return image;
  };
  const range = words().range(figure(axis.low), figure(axis.high));
  return (
    <div class="strip">
      <Picture
        of={[tensor]}
        draw={draw}
        label={words().stripLabel(tensor.name, count(epochs[0]!), count(epochs.at(-1)!), range)}
      />
      <small>
        <span>{figure(axis.high)}</span>
        <span>{figure(axis.low)}</span>
      </small>
    </div>
  );
}
