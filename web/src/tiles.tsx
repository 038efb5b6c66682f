// Images with what they are and what was said of them.
import { useEffect, useState } from "preact/hooks";
import { count, percent } from "./format";
import { words } from "./lang";
import { picture, Picture } from "./picture";
import type { Images, Judged } from "./source";
import type { Store } from "./store";

interface TilesProps {
  store: Store;
  run: number;
  judged: Judged[];
  classes: string[];
}

export function Tiles({ store, run, judged, classes }: TilesProps) {
  const [images, setImages] = useState<{ of: Judged[]; images: Images } | null>(null);
  const [why, setWhy] = useState("");
  useEffect(() => {
    let current = true;
    setWhy("");
    if (judged.length === 0) return;
    store.source
      .images(
        run,
        judged.map((one) => one.image),
      )
      .then(
        (found) => current && setImages({ of: judged, images: found }),
        (error: Error) => current && setWhy(error.message),
      );
    return () => {
      current = false;
    };
  }, [run, judged]);
  const shown = images?.of === judged ? images.images : null;
  if (judged.length === 0) return <p class="hint">{words().noImages}</p>;
  return (
    <>
      {why && <p class="hint">{words().failed(why)}</p>}
      <ul class="tiles">
        {judged.map((one, i) => (
          <Tile key={one.image} {...{ store, judged: one, classes, images: shown, at: i }} />
        ))}
      </ul>
    </>
  );
}

export function className(classes: string[], index: number): string {
  return classes[index] ?? String(index);
}

interface TileProps {
  store: Store;
  judged: Judged;
  classes: string[];
  images: Images | null;
  at: number;
}

/** To choose it is to see what the network makes of it. */
function Tile({ store, judged, classes, images, at }: TileProps) {
  const truth = className(classes, judged.true);
  const said = className(classes, judged.predicted);
  const sure = percent(judged.probability);
  const right = judged.true === judged.predicted;
  const choose = () => {
    store.choose(judged.image);
    document.getElementById("network")?.scrollIntoView({ behavior: "smooth" });
  };
  return (
    <li>
      <button onClick={choose}>
        <Picture
          of={[images, at]}
          draw={() => images && pictureOf(images, at)}
          label={words().tileLabel(count(judged.image), truth, said, sure)}
        />
      </button>
      <p>
        {right ? truth : <b>{said}</b>} <small>{sure}</small>
        {!right && (
          <small class="truth">
            {words().trueClass} {truth}
          </small>
        )}
      </p>
    </li>
  );
}

export function pictureOf({ shape, bytes }: Images, at: number): ImageData {
  const [, ...size] = shape;
  return picture(bytes, size, at * size[0] * size[1] * size[2]);
}
