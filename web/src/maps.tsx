// The output of a layer as pictures, a map a channel, and one pixel of them chosen.
import type { Place, Tensor } from "./conv";
import { count, figure } from "./format";
import { words } from "./lang";
import { Picture, pixels } from "./picture";

const kMostMaps = 64;
const kStrip = 1024; // features in a row

/** A part of the maps that is framed: of one channel, or of all. */
export interface Frame extends Omit<Place, "channel"> {
  channel: number | null;
  height: number;
  width: number;
}

/** Channels, height and width; features are one map of rows. */
export function extentOf(shape: number[]): [number, number, number] {
  if (shape.length === 3) return shape as [number, number, number];
  const size = shape.reduce((product, extent) => product * extent, 1);
  return [1, Math.ceil(size / kStrip), Math.min(size, kStrip)];
}

export function rangeOf(values: Float32Array): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

interface MapsProps {
  name: string;
  tensor: Tensor;
  frame: Frame | null;
  onPick: (place: Place) => void;
}

export function Maps({ name, tensor, frame, onPick }: MapsProps) {
  const [channels, height, width] = extentOf(tensor.shape);
  const [low, high] = rangeOf(tensor.values);
  const shown = Math.min(channels, kMostMaps);
  const range = words().range(figure(low), figure(high));
  const flat = tensor.shape.length !== 3;
  const move = (event: KeyboardEvent) => {
    const here = frame && frame.channel !== null ? (frame as Place) : null;
    const to = moved(event.key, here, [shown, height, width]);
    if (!to) return;
    event.preventDefault();
    if (flat && to.y * width + to.x >= tensor.values.length) return;
    onPick(to);
  };
  return (
    <div
      class={flat ? "maps flat" : "maps"}
      tabIndex={0}
      role="group"
      aria-label={`${name}, ${range}. ${words().mapsKeys}`}
      onKeyDown={move}
    >
      {Array.from({ length: shown }, (_, channel) => (
        <OneMap
          key={channel}
          {...{ tensor, channel, low, high, onPick }}
          frame={frame && (frame.channel ?? channel) === channel ? frame : null}
        />
      ))}
      {channels > shown && <span>{`+${count(channels - shown)}`}</span>}
      <small>{range}</small>
    </div>
  );
}

interface OneMapProps extends Omit<MapsProps, "name"> {
  channel: number;
  low: number;
  high: number;
}

function OneMap(props: OneMapProps) {
  const { tensor, channel, low, high, frame, onPick } = props;
  const [, height, width] = extentOf(tensor.shape);
  const scale = 255 / (high - low || 1);
  const aspectRatio = tensor.shape.length === 3 ? `${width} / ${height}` : "auto";
  const draw = () =>
    pixels(width, height, (i) => (tensor.values[channel * height * width + i]! - low) * scale);
  const pick = (event: MouseEvent) => {
    const { left, top, width: wide, height: tall } = (
      event.currentTarget as Element
    ).getBoundingClientRect();
    const part = (at: number, all: number, pixels: number) =>
      Math.max(0, Math.min(pixels - 1, Math.floor((at / all) * pixels)));
    const y = part(event.clientY - top, tall, height);
    onPick({ channel, y, x: part(event.clientX - left, wide, width) });
  };
  return (
    <span class="map" style={{ aspectRatio }} onClick={pick}>
      <Picture of={[tensor, low, high]} draw={draw} label={words().channel(count(channel))} />
      {frame && <i style={boxOf(frame, height, width)} />}
    </span>
  );
}

function boxOf(frame: Frame, height: number, width: number) {
  const part = (value: number, all: number) => `${(100 * value) / all}%`;
  return {
    top: part(frame.y, height),
    left: part(frame.x, width),
    height: part(frame.height, height),
    width: part(frame.width, width),
  };
}

/** Where a key leads to; the first pixel if none was chosen. */
function moved(key: string, from: Place | null, extents: number[]): Place | null {
  const steps: Record<string, [number, number, number]> = {
    PageUp: [-1, 0, 0],
    PageDown: [1, 0, 0],
    ArrowUp: [0, -1, 0],
    ArrowDown: [0, 1, 0],
    ArrowLeft: [0, 0, -1],
    ArrowRight: [0, 0, 1],
  };
  const step = steps[key];
  if (!step) return null;
  if (!from) return { channel: 0, y: 0, x: 0 };
  const [channel, y, x] = [from.channel, from.y, from.x].map((value, i) =>
    Math.max(0, Math.min(extents[i]! - 1, value + step[i]!)),
  );
  return { channel: channel!, y: y!, x: x! };
}
