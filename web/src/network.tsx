// The network layer by layer, and what each makes of a test image.
import { useState } from "preact/hooks";
import { convOf, imageTensor, inputOf } from "./conv";
import { count } from "./format";
import { Steady, useNewest, useStore, useVisible } from "./hooks";
import { ImageChooser } from "./image_chooser";
import { words } from "./lang";
import { LayerStrip, type Looked, type Pick } from "./layer_strip";
import type { Frame } from "./maps";
import { Outputs, softmax } from "./outputs";
import type { Images, Network, NetworkLayer, RunInfo, Tensors } from "./source";
import type { Store } from "./store";

interface SectionProps {
  store: Store;
  run: RunInfo;
  network: Network;
}

export function NetworkSection({ store, run, network }: SectionProps) {
  useStore(store);
  const { ref, visible } = useVisible();
  const [pick, setPick] = useState<Pick | null>(null);
  const known = store.source.lookedInto(run.id);
  const image = Math.min(store.image ?? known?.[0] ?? 0, network.test_images - 1);
  const found = useNewest(visible ? `${network.epoch} ${image}` : "", async () => {
    const images = await store.source.images(run.id, [image]);
    const layers = await store.source.layers(run.id, image);
    return { image, images, tensors: withImage(layers, images, network) };
  });
  const picked = network.layers.find((layer) => layer.path === pick?.path);
  const asked = visible && picked && convOf(picked.text);
  const parameters = useNewest(asked ? String(network.epoch) : "", () =>
    store.source.parameters(run.id),
  );
  // The maps of another image stay until those of the chosen one are here, unless they never come.
  const seen = found.why && found.value?.image !== image ? null : found.value;
  const looked: Looked | null = seen && { ...seen, parameters };
  const chooser = () => (
    <ImageChooser
      {...{ image, known, all: network.test_images, images: seen?.images ?? null }}
      onChoose={(chosen) => store.choose(chosen)}
    />
  );
  const layers = () => <Layers {...{ network, looked, pick }} onPick={setPick} />;
  const state = [network, seen, parameters, pick, words()];
  return (
    <section aria-labelledby="network" ref={ref}>
      <h2 id="network">
        {words().network} <small>{words().afterEpoch(count(network.epoch))}</small>
      </h2>
      <p class="hint">{words().networkHint}</p>
      <Steady of={[image, seen, words()]} draw={chooser} />
      {found.why && <p class="hint">{words().failed(found.why)}</p>}
      <Steady of={state} draw={layers} />
      {looked && <Result {...{ run, network, looked }} />}
    </section>
  );
}

function Result({ run, network, looked }: { run: RunInfo; network: Network; looked: Looked }) {
  const output = [...looked.tensors.values()].at(-1)?.values ?? [];
  const share = run.metric === "test_acc";
  return (
    <>
      <h3>{share ? words().probabilities : words().outputs}</h3>
      <Outputs names={network.outputs} values={share ? softmax(output) : output} share={share} />
    </>
  );
}

/** Of bytes, the image in front of the layers, by the path "", as the first of them has it. */
function withImage(layers: Tensors, images: Images, network: Network): Tensors {
  const size = network.input.reduce((product, extent) => product * extent, 1);
  if (!network.bytes || images.bytes.length !== size) return layers;
  return new Map([["", imageTensor(images.bytes, network)], ...layers]);
}

interface LayersProps {
  network: Network;
  looked: Looked | null;
  pick: Pick | null;
  onPick: (pick: Pick | null) => void;
}

function Layers({ network, looked, pick, onPick }: LayersProps) {
  const { layers } = network;
  const sum = (of: (layer: NetworkLayer) => number) =>
    layers.reduce((total, layer) => total + (layer.depth === 0 ? of(layer) : 0), 0);
  const totals = {
    parameters: sum((layer) => layer.parameters),
    multiply_adds: sum((layer) => layer.multiply_adds),
  };
  const paths = new Set(layers.map((layer) => layer.path));
  const image = { path: "", text: words().input, depth: 0, shape: network.input };
  return (
    <ol class="layers">
      {[{ ...image, parameters: 0, multiply_adds: 0 }, ...layers].map((layer) => (
        <LayerStrip
          key={layer.path}
          {...{ layer, totals, looked, paths, pick, onPick }}
          dead={network.dead.find((dead) => dead.path === layer.path)}
          frame={frameOf(layer.path, pick, layers, paths)}
        />
      ))}
    </ol>
  );
}

/** The chosen pixel, or the part of a Conv2d's input that it was made of. */
function frameOf(
  path: string,
  pick: Pick | null,
  layers: NetworkLayer[],
  paths: Set<string>,
): Frame | null {
  if (!pick) return null;
  if (pick.path === path) return { ...pick, height: 1, width: 1 };
  const conv = convOf(layers.find((layer) => layer.path === pick.path)?.text ?? "");
  if (!conv || inputOf(pick.path, paths) !== path) return null;
  const [height, width] = conv.kernel;
  const [y, x] = [pick.y, pick.x].map((at, i) => at * conv.stride[i]! - conv.padding[i]!);
  return { channel: null, y: y!, x: x!, height, width };
}
