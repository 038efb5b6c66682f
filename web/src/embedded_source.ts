// The data of a report: JSON in the file itself.
import { readTensors } from "./safetensors";
import type { Change, Evaluation, Images, Judged, Network, Rows, RunInfo } from "./source";
import type { Source, TableName, Tensors, Weights } from "./source";

interface EmbeddedImages {
  shape: [number, number, number, number];
  ids: number[];
  base64: string;
}

interface Report {
  runs: RunInfo[];
  rows: Rows[];
  evaluations: Evaluation[];
  cells: Record<string, Record<string, Judged[]>>;
  images: Record<string, EmbeddedImages>;
  networks: Network[];
  weights: Weights[];
  layers: Record<string, Record<string, string>>; // by run and image: a safetensors file
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function ofRun<T extends { run: number }>(all: T[], run: number, what: string): T {
  const found = all.find((one) => one.run === run);
  if (!found) throw new Error(`no ${what} of run ${run}`);
  return found;
}

export class EmbeddedSource implements Source {
  readonly live = false;

  constructor(private readonly report: Report) {}

  follow(onChange: (change: Change) => void): void {
    onChange({ kind: "runs", runs: this.report.runs });
  }

  async rows(run: number, table: TableName): Promise<Rows> {
    const found = this.report.rows.find((rows) => rows.run === run && rows.table === table);
    return found ?? { run, table, version: 0, from: 0, next: 0, columns: {} };
  }

  async evaluation(run: number): Promise<Evaluation> {
    return ofRun(this.report.evaluations, run, "evaluation");
  }

  async cell(run: number, trueClass: number, predicted: number): Promise<Judged[]> {
    return this.report.cells[run]?.[`${trueClass},${predicted}`] ?? [];
  }

  async images(run: number, numbers: number[]): Promise<Images> {
    const held = this.report.images[run];
    if (!held) throw new Error(`no images of run ${run}`);
    const [, channels, height, width] = held.shape;
    const size = channels * height * width;
    const all = bytesOf(held.base64);
    const bytes = new Uint8Array(numbers.length * size);
    numbers.forEach((number, i) => {
      const at = held.ids.indexOf(number);
      if (at < 0) throw new Error(`image ${number} is not in this report`);
      bytes.set(all.subarray(at * size, (at + 1) * size), i * size);
    });
    return { shape: [numbers.length, channels, height, width], bytes };
  }

  async network(run: number): Promise<Network> {
    return ofRun(this.report.networks, run, "network");
  }

  async weights(run: number): Promise<Weights> {
    return ofRun(this.report.weights, run, "weights");
  }

  async layers(run: number, image: number): Promise<Tensors> {
    const held = this.report.layers[run]?.[image];
    if (!held) throw new Error(`the layers of image ${image} are not in this report`);
    return readTensors(bytesOf(held).buffer);
  }

  async parameters(): Promise<Tensors> {
    throw new Error("a report has no parameters");
  }

  async predict(): Promise<Tensors> {
    throw new Error("a report predicts nothing");
  }

  lookedInto(run: number): number[] {
    return Object.keys(this.report.layers[run] ?? {}).map(Number);
  }
}
