// A layer of the network: its text, size and cost, its maps, and a pixel of them in numbers.
import { Bar } from "./class_bars";
import type { Place } from "./conv";
import { count } from "./format";
import { words } from "./lang";
import { Maps, type Frame } from "./maps";
import { PixelView } from "./pixel_view";
import type { Images, Network, NetworkLayer, Tensors } from "./source";

/** What the layers have made of an image, and what of: of that the path is "". */
export interface Looked {
  image: number;
  images: Images;
  tensors: Tensors;
  parameters: { value: Tensors | null; why: string };
}

export interface Pick extends Place {
  path: string;
}

export interface StripProps {
  layer: NetworkLayer;
  totals: { parameters: number; multiply_adds: number };
  dead: Network["dead"][number] | undefined;
  looked: Looked | null;
  paths: Set<string>;
  pick: Pick | null;
  frame: Frame | null;
  onPick: (pick: Pick | null) => void;
}

export function LayerStrip(props: StripProps) {
  const { layer, totals, dead, looked, paths, pick, frame, onPick } = props;
  const w = words();
  const tensor = looked?.tensors.get(layer.path);
  const costs = [
    { of: "parameters", text: w.parameters, color: "--blue" },
    { of: "multiply_adds", text: w.multiplyAdds, color: "--teal" },
  ] as const;
  return (
    <li style={{ marginLeft: `${18 * layer.depth}px` }}>
      <div class="layer">
        <b>{layer.text}</b>
        <span>{layer.shape.join(" × ")}</span>
        {costs.map(({ of, text, color }) => (
          <span key={of}>
            {layer[of] > 0 && (
              <Bar value={layer[of] / totals[of]} color={color} text={text(count(layer[of]))} />
            )}
          </span>
        ))}
      </div>
      {dead && <p class="notice">{deadText(dead, layer)}</p>}
      {tensor && (
        <Maps
          name={layer.text}
          {...{ tensor, frame }}
          onPick={(place) => onPick({ ...place, path: layer.path })}
        />
      )}
      {looked && tensor && pick?.path === layer.path && (
        <PixelView {...{ layer, looked, paths, at: pick }} onClose={() => onPick(null)} />
      )}
    </li>
  );
}

function deadText({ dead, units }: { dead: number; units: number }, layer: NetworkLayer): string {
  const { deadChannels, deadFeatures } = words();
  return (layer.shape.length === 3 ? deadChannels : deadFeatures)(count(dead), count(units));
}
