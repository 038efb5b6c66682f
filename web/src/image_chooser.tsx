// Which test image one looks into.
import { count } from "./format";
import { words } from "./lang";
import { Picture } from "./picture";
import type { Images } from "./source";
import { pictureOf } from "./tiles";

interface ChooserProps {
  image: number;
  known: number[] | null; // all there are to choose; null: the numbers up to `all`
  all: number;
  images: Images | null; // with the chosen one
  onChoose: (image: number) => void;
}

export function ImageChooser({ image, known, all, images, onChoose }: ChooserProps) {
  const w = words();
  const step = (by: number) => {
    if (!known) return onChoose((image + by + all) % all);
    const at = known.indexOf(image);
    onChoose(known[(at + by + known.length) % known.length] ?? image);
  };
  const random = () => {
    const at = Math.floor(Math.random() * (known?.length ?? all));
    onChoose(known?.[at] ?? at);
  };
  const take = (event: Event) => {
    const number = (event.currentTarget as HTMLInputElement).valueAsNumber;
    if (number >= 0 && number < all) onChoose(Math.floor(number));
  };
  return (
    <div class="controls image-chooser">
      <Picture
        of={[images]}
        draw={() => images && pictureOf(images, 0)}
        label={w.imageLabel(count(image))}
      />
      <label>
        {w.testImage}
        <input type="number" min={0} max={all - 1} value={image} onChange={take} />
      </label>
      <button onClick={() => step(-1)}>{w.previous}</button>
      <button onClick={() => step(1)}>{w.next}</button>
      <button onClick={random}>{w.random}</button>
      <small>{w.ofImages(count(known?.length ?? all))}</small>
    </div>
  );
}
