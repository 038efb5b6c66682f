// The filters of the first convolution, epoch by epoch.
import { useMemo, useState } from "preact/hooks";
import { count, figure } from "./format";
import { words } from "./lang";
import { picture, Picture } from "./picture";
import type { Weights } from "./source";

const kMost = 64;
const kGrey = 127.5; // of 0

interface FiltersProps {
  epochs: number[];
  filters: NonNullable<Weights["filters"]>;
}

export function Filters({ epochs, filters }: FiltersProps) {
  const [chosen, choose] = useState<number | null>(null); // null: the last, whichever it is
  const most = useMemo(() => largest(filters.values), [filters]);
  const w = words();
  const last = epochs.length - 1;
  const at = Math.min(chosen ?? last, last);
  const values = filters.values[at]!;
  const [outputs, inputs, height, width] = filters.shape as [number, number, number, number];
  const colored = inputs === 3;
  const size = colored ? [3, height, width] : [1, height, width];
  const length = size[0]! * height * width;
  const all = (outputs * inputs) / size[0]!;
  const byteOf = (value: number) => kGrey * (1 + value / most);
  const slide = (event: Event) => {
    const to = Number((event.currentTarget as HTMLInputElement).value);
    choose(to === last ? null : to);
  };
  return (
    <section aria-labelledby="filters">
      <h2 id="filters">
        {w.filters} <small>{w.afterEpoch(count(epochs[at]!))}</small>
      </h2>
      <p class="hint">{w.filtersHint(filters.name, figure(most))}</p>
      {last > 0 && (
        <label class="controls slider">
          {w.epoch}
          <input
            type="range"
            min={0}
            max={last}
            value={at}
            aria-valuetext={count(epochs[at]!)}
            onInput={slide}
          />
          <output>{count(epochs[at]!)}</output>
        </label>
      )}
      <div class="maps filters">
        {Array.from({ length: Math.min(all, kMost) }, (_, i) => (
          <span class="map" key={i} style={{ aspectRatio: `${width} / ${height}` }}>
            <Picture
              of={[filters, at]}
              draw={() => picture(values.slice(i * length, (i + 1) * length).map(byteOf), size)}
              label={w.filterLabel(count(colored ? i : Math.floor(i / inputs)))}
            />
          </span>
        ))}
        {all > kMost && <span>{`+${count(all - kMost)}`}</span>}
      </div>
    </section>
  );
}

/** Of all epochs: one scale for all pictures. */
function largest(epochs: number[][]): number {
  let most = 1e-30;
  for (const values of epochs) for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
