// A chart of curves: all that the page knows of uPlot.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { align, type Aligned, type Curve } from "./curve";
import { decimal } from "./format";
import { color, faint, onTheme } from "./theme";

interface ChartProps {
  curves: Curve[];
  stretch?: number[]; // x from and to, beyond that of the curves
  label: string; // what a screen reader says of the picture
  keys: string; // how the keyboard works it
  xLabel: string;
  log: boolean;
  sync: string; // charts of one word share their cursor
  height: number;
  focus?: string | null; // the key of the curve that stands out
  onFocus?: (key: string | null) => void;
  onCursor?: (x: number | null) => void;
}

interface CursorPlace {
  left: number;
  top: number;
}

const kFont = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

function tickText(value: number | null): string {
  if (value === null) return "";
  const tiny = value !== 0 && Math.abs(value) < 1e-3;
  return tiny ? Number(value.toPrecision(6)).toExponential() : decimal(value, 6);
}

function axis(label: string, size: number): uPlot.Axis {
  return {
    stroke: () => color("--muted"),
    grid: { stroke: () => color("--rule"), width: 1 },
    ticks: { stroke: () => color("--rule"), width: 1, size: 5 },
    border: { show: false },
    font: kFont,
    size,
    gap: 4,
    values: (_, splits) => splits.map(tickText),
    ...(label ? { label, labelFont: kFont, labelSize: 20, labelGap: 0 } : {}),
  };
}

/** To the next number of one digit. */
function logRange(low: number, high: number): [number, number] {
  const unit = (value: number) => 10 ** Math.floor(Math.log10(value));
  return [Math.floor(low / unit(low)) * unit(low), Math.ceil(high / unit(high)) * unit(high)];
}

/** The index of each series of uPlot in the curves; bands have two series more. */
function seriesOf(curves: Curve[]): { series: uPlot.Series[]; bands: uPlot.Band[]; of: number[] } {
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  const of = [-1];
  curves.forEach((curve, i) => {
    of.push(i);
    series.push({
      stroke: () => faint(curve.color, curve.opacity),
      width: curve.width,
      dash: curve.dash,
      spanGaps: true,
      points: { show: curve.x.length === 1, size: 6 },
    });
    if (!curve.low) return;
    const edge = { stroke: "transparent", spanGaps: true, points: { show: false } };
    series.push(edge, edge);
    of.push(i, i);
    const top = series.length - 1;
    bands.push({ series: [top, top - 1], fill: () => faint(curve.color, 0.16) });
  });
  return { series, bands, of };
}

/** What asks for a chart anew; else new data are enough. */
function signatureOf(props: ChartProps): string {
  const curves = props.curves.map((curve) => [
    curve.key,
    curve.color,
    curve.dash,
    curve.opacity,
    curve.low !== undefined,
    curve.x.length === 1,
  ]);
  return JSON.stringify([curves, props.log, props.xLabel, props.height]);
}

/** A logarithmic scale has no place for what is not above 0. */
function dataOf(props: ChartProps): Aligned {
  const [x, ...columns] = align(props.curves, props.stretch);
  if (!props.log) return [x, ...columns];
  return [x, ...columns.map((column) => column.map((v) => (v !== null && v > 0 ? v : null)))];
}

class Plot {
  readonly plot: uPlot;
  private readonly of: number[];
  private zoomed = false;
  private focused: string | null = null;

  constructor(
    private readonly place: HTMLElement,
    private props: ChartProps,
    readonly signature: string,
  ) {
    const { series, bands, of } = seriesOf(props.curves);
    this.of = of;
    this.plot = new uPlot(
      {
        width: place.clientWidth || 320,
        height: props.height,
        series,
        bands,
        legend: { show: false },
        scales: {
          x: { time: false },
          y: props.log ? { distr: 3, range: (_, low, high) => logRange(low, high) } : {},
        },
        axes: [axis(props.xLabel, 32), axis("", 52)],
        padding: [10, 14, 0, 0],
        focus: { alpha: 0.15 },
        cursor: {
          y: false,
          sync: { key: props.sync, setSeries: false },
          focus: { prox: props.onFocus ? 24 : -1 },
          hover: { skip: [null, undefined] },
          points: { size: 7, one: props.onFocus !== undefined },
        },
        hooks: {
          setCursor: [(plot) => this.tellCursor(plot)],
          setSeries: [(_, i) => this.tellFocus(i)],
          setScale: [(plot, key) => this.noteZoom(plot, key)],
        },
      },
      dataOf(props),
      place,
    );
    this.describe();
  }

  update(props: ChartProps): void {
    const grown = props.curves !== this.props.curves;
    this.props = props;
    this.describe();
    if (!grown) return;
    const { min, max } = this.plot.scales["x"]!;
    const keepZoom = this.zoomed && min !== undefined && max !== undefined;
    this.plot.setData(dataOf(props), !keepZoom);
    if (keepZoom) this.plot.setScale("x", { min, max });
  }

  setFocus(key: string | null): void {
    if (key === this.focused) return;
    this.focused = key;
    const at = this.props.curves.findIndex((curve) => curve.key === key);
    const series = at < 0 ? null : this.of.indexOf(at);
    this.plot.setSeries(series, { focus: true }, false);
  }

  key(event: KeyboardEvent): void {
    const x = this.plot.data[0]!;
    if (x.length === 0) return;
    const { min = 0, max = 0 } = this.plot.scales["x"]!;
    const seen = this.plot.valToIdx(max) - this.plot.valToIdx(min);
    const stride = event.shiftKey ? Math.max(1, seen >> 4) : Math.max(1, seen >> 7);
    const here = this.plot.cursor.idx ?? (event.key === "ArrowRight" ? -1 : x.length);
    if (event.key === "ArrowLeft") this.moveTo(Math.max(0, here - stride));
    else if (event.key === "ArrowRight") this.moveTo(Math.min(x.length - 1, here + stride));
    else if (event.key === "Home") this.moveTo(0);
    else if (event.key === "End") this.moveTo(x.length - 1);
    else if (event.key === "+" || event.key === "=") this.zoom(0.5);
    else if (event.key === "-") this.zoom(2);
    else if (event.key === "0") this.plot.setData(dataOf(this.props), true);
    else return;
    event.preventDefault();
  }

  private moveTo(at: number): void {
    const left = this.plot.valToPos(this.plot.data[0]![at]!, "x");
    // The types lack the third argument: that charts of the same word follow.
    const set = this.plot.setCursor as (place: CursorPlace, fire: boolean, follow: boolean) => void;
    set({ left, top: this.plot.over.clientHeight / 2 }, true, true);
  }

  private zoom(by: number): void {
    const x = this.plot.data[0]!;
    const { min = 0, max = 0 } = this.plot.scales["x"]!;
    const middle = x[this.plot.cursor.idx ?? -1] ?? (min + max) / 2;
    const to = (edge: number) => middle + (edge - middle) * by;
    const limits = { min: Math.max(x[0]!, to(min)), max: Math.min(x[x.length - 1]!, to(max)) };
    if (limits.max > limits.min) this.plot.setScale("x", limits);
  }

  private tellCursor(plot: uPlot): void {
    const { idx } = plot.cursor;
    this.props.onCursor?.(idx === null || idx === undefined ? null : plot.data[0]![idx]!);
  }

  private tellFocus(series: number | null): void {
    const curve = series === null ? undefined : this.props.curves[this.of[series]!];
    this.focused = curve?.key ?? null;
    this.props.onFocus?.(this.focused);
  }

  private noteZoom(plot: uPlot, key: string): void {
    const x = plot.data[0]!;
    if (key !== "x" || x.length === 0) return;
    const { min = 0, max = 0 } = plot.scales["x"]!;
    this.zoomed = min > x[0]! || max < x[x.length - 1]!;
  }

  private describe(): void {
    const canvas = this.place.querySelector("canvas");
    canvas?.setAttribute("role", "img");
    canvas?.setAttribute("aria-label", this.props.label);
  }
}

export function Chart(props: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const held = useRef<Plot | null>(null);
  const signature = signatureOf(props);

  // In the frame of the render itself: an effect would ask for a frame of its own.
  useLayoutEffect(() => {
    if (held.current?.signature === signature) {
      held.current.update(props);
    } else {
      held.current?.plot.destroy();
      held.current = new Plot(place.current!, props, signature);
    }
    held.current.setFocus(props.focus ?? null);
  });

  useEffect(() => {
    const resize = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry!.contentRect.width);
      if (width > 0) held.current?.plot.setSize({ width, height: props.height });
    });
    resize.observe(place.current!);
    const end = onTheme(() => held.current?.plot.redraw(false));
    return () => {
      resize.disconnect();
      end();
      held.current?.plot.destroy();
      held.current = null;
    };
  }, [props.height]);

  return (
    <div
      class="chart"
      ref={place}
      tabIndex={0}
      role="group"
      aria-label={`${props.xLabel}. ${props.keys}`}
      onKeyDown={(event) => held.current?.key(event)}
    />
  );
}
