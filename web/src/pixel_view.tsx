// One value of a layer's output, and how it came about.
import { agree, convOf, convParts, inputOf, type Part, type Place } from "./conv";
import { count, figure } from "./format";
import { words } from "./lang";
import type { Looked } from "./layer_strip";
import { extentOf } from "./maps";
import type { NetworkLayer } from "./source";

const kMostParts = 8; // input channels in full; the others as one sum

interface PixelProps {
  layer: NetworkLayer;
  looked: Looked;
  paths: Set<string>;
  at: Place;
  onClose: () => void;
}

export function PixelView({ layer, looked, paths, at, onClose }: PixelProps) {
  const w = words();
  const { tensors } = looked;
  const { values, shape } = tensors.get(layer.path)!;
  const [, height, width] = extentOf(shape);
  const index = (at.channel * height + at.y) * width + at.x;
  const input = layer.path === "" ? undefined : tensors.get(inputOf(layer.path, paths));
  const before =
    input && isFunction(layer.text) && input.values.length === values.length && input.values[index];
  const where = [at.channel, at.y, at.x].map(count) as [string, string, string];
  const title = shape.length === 3 ? w.pixel(...where) : w.feature(count(index));
  const value = values[index];
  return (
    <div class="opened pixel" aria-live="polite">
      <div class="caption">
        <h3>{title}</h3>
        <button onClick={onClose}>{w.close}</button>
      </div>
      {typeof before === "number" ? (
        <p>{w.beforeAfter(figure(before), layer.text, figure(value))}</p>
      ) : (
        <p>{w.value(figure(value))}</p>
      )}
      {convOf(layer.text) && <Products {...{ layer, looked, paths, at, value: value! }} />}
    </div>
  );
}

/** Those that have a value for each one before it. */
function isFunction(text: string): boolean {
  return /^(BatchNorm|\w*(LU\d?|[Ss]igmoid|[Tt]anh|[Ss]wish|Mish|Softplus)\b)/.test(text);
}

type ProductsProps = Omit<PixelProps, "onClose"> & { value: number };

function Products({ layer, looked, paths, at, value }: ProductsProps) {
  const w = words();
  const { parameters, tensors } = looked;
  const weight = parameters.value?.get(`${layer.path}.weight`);
  const input = tensors.get(inputOf(layer.path, paths));
  if (!weight || !input) {
    return <p class="hint">{parameters.why ? w.failed(parameters.why) : ""}</p>;
  }
  const conv = convOf(layer.text)!;
  const parts = convParts(conv, input, weight, at);
  if (!parts) return null;
  const bias = parameters.value!.get(`${layer.path}.bias`)?.values[at.channel] ?? 0;
  const sum = parts.reduce((total, part) => total + part.sum, 0);
  const rest = parts.slice(kMostParts).reduce((total, part) => total + part.sum, 0);
  return (
    <>
      <div class="parts">
        {parts.slice(0, kMostParts).map((part, channel) => (
          <PartRow key={channel} {...{ part, channel, columns: conv.kernel[1] }} />
        ))}
      </div>
      {parts.length > kMostParts && (
        <p>{w.otherParts(count(parts.length - kMostParts), figure(rest))}</p>
      )}
      <p>{w.total(figure(sum), figure(bias), figure(sum + bias), figure(value))}</p>
      {!agree(sum + bias, value) && <p class="hint">{w.disagree}</p>}
    </>
  );
}

function PartRow({ part, channel, columns }: { part: Part; channel: number; columns: number }) {
  const w = words();
  return (
    <div class="part">
      <small>{w.inputChannel(count(channel))}</small>
      <Heat label={w.patch} values={part.patch} columns={columns} />
      <span>×</span>
      <Heat label={w.kernel} values={part.kernel} columns={columns} />
      <span>= {figure(part.sum)}</span>
    </div>
  );
}

/** Blue above 0, orange below, by the largest. */
function Heat({ label, values, columns }: { label: string; values: number[]; columns: number }) {
  const most = Math.max(...values.map(Math.abs), 1e-30);
  const rows = Array.from({ length: values.length / columns }, (_, i) =>
    values.slice(i * columns, (i + 1) * columns),
  );
  return (
    <table class="heat" aria-label={label}>
      <tbody>
        {rows.map((row, i) => (
          <tr key={i}>
            {row.map((value, k) => (
              <td key={k} style={{ backgroundColor: shade(value / most) }}>
                {value === 0 ? "0" : value.toFixed(2).replace("-0.00", "0.00")}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function shade(part: number): string {
  const name = part < 0 ? "--orange" : "--blue";
  return `color-mix(in srgb, var(${name}) ${50 * Math.abs(part)}%, transparent)`;
}
