// Parallel coordinates: an axis an option, the best metric at the right, a line a row.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Axis } from "./axes";
import { words } from "./lang";
import { drawParallel, kBottom, kTop, type Lines } from "./parallel_lines";
import { onTheme } from "./theme";

const kSide = 46;
const kAxisWidth = 96; // at least
const kStride = 0.05; // of a brush by the keyboard

interface ParallelProps extends Lines {
  onBrush: (column: string, brush: [number, number] | null) => void;
}

export function Parallel(props: ParallelProps) {
  const { axes, brushes, onBrush } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [room, setRoom] = useState(600);
  const [theme, setTheme] = useState(0);
  const drag = useRef<{ column: string; from: number } | null>(null);
  const width = Math.max(room, (axes.length - 1) * kAxisWidth + 2 * kSide);
  const xOf = (i: number) => kSide + (i * (width - 2 * kSide)) / Math.max(1, axes.length - 1);

  useEffect(() => {
    const resize = new ResizeObserver(([entry]) => setRoom(Math.floor(entry!.contentRect.width)));
    resize.observe(scroll.current!);
    const end = onTheme(() => setTheme((count) => count + 1));
    return () => {
      resize.disconnect();
      end();
    };
  }, []);
  useLayoutEffect(
    () => drawParallel(canvas.current!, props, width, xOf),
    [axes, props.rows, props.kept, brushes, props.focus, width, theme],
  );

  const at = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    const place = (kBottom - (event.clientY - box.top)) / (kBottom - kTop);
    return { x: event.clientX - box.left, place: Math.max(0, Math.min(1, place)) };
  };
  const grab = (event: PointerEvent) => {
    const { x, place } = at(event);
    const near = axes.findIndex((_, i) => Math.abs(xOf(i) - x) < 24);
    if (near < 0) return;
    drag.current = { column: axes[near]!.column, from: place };
    canvas.current!.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    if (!drag.current) return;
    const { column, from } = drag.current;
    const { place } = at(event);
    const far = Math.abs(place - from) > 0.02;
    onBrush(column, far ? [Math.min(from, place), Math.max(from, place)] : null);
  };
  return (
    <div class="parallel" ref={scroll}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${words().parallel}: ${axes.map((axis) => nameOf(axis)).join(", ")}`}
        onPointerDown={grab}
        onPointerMove={move}
        onPointerUp={() => (drag.current = null)}
      />
      <div class="axis-names" style={{ width: `${width}px` }}>
        {axes.map((axis, i) => (
          <AxisName
            key={axis.column}
            axis={axis}
            x={xOf(i)}
            brush={brushes[axis.column]}
            onBrush={onBrush}
          />
        ))}
      </div>
    </div>
  );
}

interface AxisNameProps {
  axis: Axis;
  x: number;
  brush: [number, number] | undefined;
  onBrush: ParallelProps["onBrush"];
}

function AxisName({ axis, x, brush, onBrush }: AxisNameProps) {
  const [low, high] = brush ?? [0, 1];
  const key = (event: KeyboardEvent) => {
    const by = event.key === "ArrowUp" ? kStride : event.key === "ArrowDown" ? -kStride : 0;
    if (by === 0) return;
    event.preventDefault();
    if (event.shiftKey) onBrush(axis.column, [low, Math.max(low, Math.min(1, high + by))]);
    else onBrush(axis.column, [Math.min(high, Math.max(0, low + by)), high]);
  };
  return (
    <button
      class={brush ? "link brushed" : "link"}
      style={{ left: `${x}px` }}
      aria-label={words().brushLabel(nameOf(axis), axis.value(low), axis.value(high))}
      onClick={() => onBrush(axis.column, null)}
      onKeyDown={key}
    >
      {nameOf(axis)}
    </button>
  );
}

function nameOf(axis: Axis): string {
  return axis.column === "best" ? words().best : axis.column.replace(/^option /, "");
}
