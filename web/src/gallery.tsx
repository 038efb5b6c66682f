// Some test images to choose from.
import { useState } from "preact/hooks";
import { count } from "./format";
import { useNewest, useVisible } from "./hooks";
import { words } from "./lang";
import { Picture } from "./picture";
import type { Network, RunInfo } from "./source";
import type { Store } from "./store";
import { pictureOf } from "./tiles";

const kImages = 10;

interface GalleryProps {
  store: Store;
  run: RunInfo;
  network: Network;
  onChoose: (bytes: Uint8Array<ArrayBuffer>) => void;
}

function someOf(all: number): number[] {
  const numbers = new Set<number>();
  while (numbers.size < Math.min(kImages, all)) numbers.add(Math.floor(Math.random() * all));
  return [...numbers];
}

export function Gallery({ store, run, network, onChoose }: GalleryProps) {
  const { ref, visible } = useVisible();
  const [numbers, setNumbers] = useState(() => someOf(network.test_images));
  const { value, why } = useNewest(visible ? numbers.join() : "", async () => ({
    numbers,
    images: await store.source.images(run.id, numbers),
  }));
  const size = network.input.reduce((product, extent) => product * extent, 1);
  return (
    <div class="gallery" ref={ref as preact.Ref<HTMLDivElement>}>
      {why && <p class="hint">{words().failed(why)}</p>}
      {value?.numbers.map((number, i) => (
        <button
          key={number}
          onClick={() => onChoose(value.images.bytes.slice(i * size, (i + 1) * size) as never)}
        >
          <Picture
            of={[value]}
            draw={() => pictureOf(value.images, i)}
            label={words().imageLabel(count(number))}
          />
        </button>
      ))}
      <button onClick={() => setNumbers(someOf(network.test_images))}>{words().others}</button>
    </div>
  );
}
