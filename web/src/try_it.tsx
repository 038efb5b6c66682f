// An image of one's own, or one of the test data, and what the network says of it.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { DrawPad } from "./draw_pad";
import { areDigits, bytesFor, lightBorder, type Plane } from "./fit";
import { Gallery } from "./gallery";
import { useNewest } from "./hooks";
import { words } from "./lang";
import { Outputs } from "./outputs";
import { picture, Picture } from "./picture";
import { planesOf } from "./planes";
import type { Network, RunInfo } from "./source";
import type { Store } from "./store";

const kEveryMs = 100;

/** Bytes as they are, or planes that are to be fitted; of a photo the sides may be turned. */
type Given = { bytes: Uint8Array<ArrayBuffer> } | { planes: Plane[]; photo: boolean };

interface TryProps {
  store: Store;
  run: RunInfo;
  network: Network;
}

export function TryIt({ store, run, network }: TryProps) {
  const w = words();
  const [given, setGiven] = useState<Given | null>(null);
  const [invert, setInvert] = useState(false);
  const [why, setWhy] = useState("");
  const [wipes, setWipes] = useState(0); // of the pad
  const bytes = useMemo(() => given && seen(given, invert, network, run), [given, invert]);
  const give = (next: Given, wipe: boolean) => {
    const goesOn = !wipe && given && "planes" in given && !given.photo;
    setWhy("");
    if (!goesOn) setInvert("planes" in next && next.photo && lightBorder(next.planes[0]!));
    setGiven(next);
    if (wipe) setWipes((before) => before + 1);
  };
  const take = (files: FileList | undefined | null) => {
    const file = [...(files ?? [])].find((one) => one.type.startsWith("image/"));
    if (!file) return false;
    planesOf(file, network.input[0]!).then(
      (planes) => give({ planes, photo: true }, true),
      () => setWhy(w.noPicture(file.name)),
    );
    return true;
  };
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      if (take(event.clipboardData?.files)) event.preventDefault();
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  });
  const drop = (event: DragEvent) => {
    event.preventDefault();
    if (!take(event.dataTransfer?.files)) setWhy(w.noPicture(""));
  };
  return (
    <section
      aria-labelledby="try"
      class="try"
      onDragOver={(event) => event.preventDefault()}
      onDrop={drop}
    >
      <h2 id="try">{w.tryIt}</h2>
      <p class="hint">{w.tryHint}</p>
      <Gallery
        {...{ store, run, network }}
        onChoose={(chosen) => give({ bytes: chosen }, true)}
      />
      <div class="bench">
        <DrawPad
          key={wipes}
          input={network.input}
          onDraw={(plane) => give({ planes: [plane], photo: false }, false)}
        />
        <div class="choice">
          <label>
            {w.imageFile}
            <input
              type="file"
              accept="image/*"
              onChange={(event) => take(event.currentTarget.files)}
            />
          </label>
          <label>
            <input type="checkbox" checked={invert} onChange={() => setInvert(!invert)} />
            {w.invert}
          </label>
          <button onClick={() => (setGiven(null), setWipes(wipes + 1))}>{w.clear}</button>
          {why && <p class="hint">{why}</p>}
        </div>
        <Said {...{ store, run, network, bytes }} />
      </div>
    </section>
  );
}

function seen(given: Given, invert: boolean, { input, outputs }: Network, { data }: RunInfo) {
  const turned = (values: Float32Array) => (invert ? values.map((value) => 255 - value) : values);
  if ("bytes" in given) return given.bytes.map((byte) => (invert ? 255 - byte : byte));
  const planes = given.planes.map((plane) => ({ ...plane, values: turned(plane.values) }));
  return bytesFor(planes, input, areDigits(outputs, data));
}

interface SaidProps extends TryProps {
  bytes: Uint8Array<ArrayBuffer> | null;
}

/** What the network sees, and what it says: asked at most ten times a second. */
function Said({ store, run, network, bytes }: SaidProps) {
  const w = words();
  const asked = useRef({ bytes, number: 0, at: 0 });
  if (asked.current.bytes !== bytes) asked.current.number++;
  asked.current.bytes = bytes;
  const key = bytes ? `${network.epoch} ${asked.current.number}` : "";
  const { value: tensors, why } = useNewest(key, async () => {
    const rest = asked.current.at + kEveryMs - performance.now();
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
    asked.current.at = performance.now();
    return store.source.predict(run.id, asked.current.bytes ?? bytes!);
  });
  const shares = tensors?.get("probabilities");
  const output = shares ?? [...(tensors?.values() ?? [])].at(-1);
  if (!bytes) return <p class="hint">{w.nothingDrawn}</p>;
  return (
    <>
      <figure>
        <Picture of={[bytes]} draw={() => picture(bytes, network.input)} label={w.sees} />
        <figcaption>{w.sees}</figcaption>
      </figure>
      <div class="said">
        {why && <p class="hint">{w.failed(why)}</p>}
        {output && (
          <Outputs names={network.outputs} values={output.values} share={shares !== undefined} />
        )}
      </div>
    </>
  );
}
