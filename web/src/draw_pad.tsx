// A pad to draw on, white on black as the digits of MNIST are.
import { useEffect, useRef } from "preact/hooks";
import type { Plane } from "./fit";
import { words } from "./lang";
import { planesOfCanvas } from "./planes";

const kSide = 280; // pixels of its longer side
const kBrush = kSide / 13; // of 28 pixels two

interface PadProps {
  input: number[];
  onDraw: (plane: Plane) => void;
}

export function DrawPad({ input: [, height, width], onDraw }: PadProps) {
  const pad = useRef<HTMLCanvasElement>(null);
  const stroke = useRef<{ x: number; y: number } | null>(null);
  const side = kSide / Math.max(height!, width!);
  useEffect(() => {
    const context = pad.current!.getContext("2d", { willReadFrequently: true })!;
    context.fillRect(0, 0, pad.current!.width, pad.current!.height);
    Object.assign(context, { strokeStyle: "#fff", lineWidth: kBrush, lineCap: "round" });
  }, []);
  const line = (event: PointerEvent) => {
    const canvas = pad.current!;
    const context = canvas.getContext("2d")!;
    const scale = canvas.width / canvas.clientWidth;
    const box = canvas.getBoundingClientRect();
    // Between two frames a pen has been in several places.
    const all = event.getCoalescedEvents?.() ?? [];
    for (const { clientX, clientY } of all.length > 0 ? all : [event]) {
      const to = { x: (clientX - box.left) * scale, y: (clientY - box.top) * scale };
      const from = stroke.current ?? to;
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
      context.stroke();
      stroke.current = to;
    }
    onDraw(planesOfCanvas(canvas, 1)[0]!);
  };
  const begin = (event: PointerEvent) => {
    pad.current!.setPointerCapture(event.pointerId);
    stroke.current = null;
    line(event);
  };
  const end = () => (stroke.current = null);
  return (
    <canvas
      ref={pad}
      class="pad"
      width={Math.round(side * width!)}
      height={Math.round(side * height!)}
      role="img"
      aria-label={words().pad}
      onPointerDown={begin}
      onPointerMove={(event) => stroke.current && line(event)}
      onPointerUp={end}
      onPointerCancel={end}
    />
  );
}
