// Where the page has its data from: a server, or the file itself. Everything else reads this.

/** A run as it stands now. Its id is its place in the list, from 0. */
export interface RunInfo {
  id: number;
  name: string;
  folder: string;
  state: "running" | "stopped" | "finished" | "stopped early" | "diverged" | "damaged";
  why: string; // of a run that diverged, or cannot be read; else ""
  note: string; // what its user wrote of it
  started: string; // UTC, "2026-01-31T12:34:56Z"
  model: string; // a preset's name or a model text
  data: string;
  device: string; // "cpu", "cuda:0"; "" if not known
  metric: string; // the column it is judged by: "test_acc", "test_mae"
  larger_is_better: boolean; // of that metric
  epochs: number; // asked for
  epochs_done: number; // 2.4 in the midst of the third
  steps: number; // an epoch; 0 if not known
  test_examples: number; // images behind the metric, for its interval; 0 if not known
  loss: number | null; // mean of the epoch so far
  best: number | null;
  last: number | null; // of the metric
  images_per_second: number | null;
  seconds: number | null; // so far; of a run that has ended, in all
  seconds_left: number | null;
  command: string; // the command line that makes the run again; "" if not known
  options: Record<string, unknown>; // by the names of `lenet train --json`
  notes: string[]; // what the run said of itself, as why its accuracy stands still
  tables: { points: Extent; steps: Extent };
  evaluation: number; // the epoch of the newest network that can be looked at; 0: none
}

/** How far a table of a run reaches. Rows keep their numbers until the version changes. */
export interface Extent {
  version: number;
  rows: number;
}

/**
 * Rows `from` to `next` (without it) of a table, a column each. "points" are the chapter's: x is
 * "epoch", beside it "step" and "seconds", then figures as "train_loss", "train_acc", "test_acc",
 * "holdout_acc". "steps" has "step", "epoch", "seconds" and "batch_loss", that of each minibatch,
 * of runs that are watched from inside. No value: null. Of a table with more rows than were asked
 * for come the least and largest of each stretch.
 */
export interface Rows {
  run: number;
  table: TableName;
  version: number;
  from: number;
  next: number;
  columns: Record<string, (number | null)[]>;
}

export type TableName = "points" | "steps";

/** What a model says of the test images; of networks that classify (metric "test_acc"). */
export interface Evaluation {
  run: number;
  epoch: number;
  classes: string[];
  confusion: number[][]; // rows: the true class, columns: the one said
  mistakes: Judged[]; // the worst first, at most 64
}

/** An image and what was said of it. */
export interface Judged {
  image: number; // its number in the test data
  true: number;
  predicted: number;
  probability: number; // of the class said
}

/** Images of one shape, bytes row by row, one behind the other. */
export interface Images {
  shape: [number, number, number, number]; // images, channels (1 or 3), height, width
  bytes: Uint8Array;
}

/** The network of a run after an epoch, its layers in the order of the text. */
export interface Network {
  run: number;
  epoch: number;
  input: number[]; // channels, height, width
  bytes: boolean; // images are of bytes, so that one may be drawn or dropped; else of floats
  // By channel: a pixel counts as (byte / 255 - mean) / deviation; without these as byte / 255.
  normalization?: { mean: number[]; deviation: number[] };
  test_images: number;
  outputs: string[]; // names, in order
  layers: NetworkLayer[];
  dead: { path: string; units: number; dead: number }[]; // 0 for each of 64 test images; where any
}

export interface NetworkLayer {
  path: string; // as its parameters are named: "3", "3.0"
  text: string; // "Conv2d(6, 5, padding=2)"; of a container "Residual"
  depth: number; // containers around it
  shape: number[]; // of its output: [6, 28, 28] or [10]
  parameters: number; // of a container: those in it
  multiply_adds: number; // of one image
}

/** Values by name, in order: a safetensors file of floats. */
export type Tensors = Map<string, { shape: number[]; values: Float32Array }>;

/** How the weights moved; of a run that was not watched from inside the last moment alone. */
export interface Weights {
  run: number;
  epochs: number[];
  tensors: WeightHistory[];
  filters: { name: string; shape: number[]; values: number[][] } | null; // of the first convolution
}

/** Of one parameter, a value for each of the epochs. */
export interface WeightHistory {
  name: string; // "0.weight"
  shape: number[];
  low: number[]; // least and largest value
  high: number[];
  counts: number[][]; // 40 parts between them
  norm: (number | null)[];
  update: (number | null)[]; // norm of what an epoch has changed; null of the first
}

/** What has changed. */
export type Change =
  | { kind: "runs"; runs: RunInfo[] } // all of them
  | { kind: "run"; run: RunInfo } // a new one, or one that has changed
  | { kind: "rows"; rows: Rows }
  | { kind: "connected"; yes: boolean };

export interface Source {
  /** Whether what it says can change. */
  readonly live: boolean;
  /** Calls back with all that there is, and with each change from then on. */
  follow(onChange: (change: Change) => void): void;
  rows(run: number, table: TableName, from: number, most: number): Promise<Rows>;
  evaluation(run: number): Promise<Evaluation>;
  /** Images of one class that were taken for another, or rightly for it: at most 200. */
  cell(run: number, trueClass: number, predicted: number): Promise<Judged[]>;
  images(run: number, numbers: number[]): Promise<Images>;
  network(run: number): Promise<Network>;
  weights(run: number): Promise<Weights>;
  /** What each layer of the network that is shown makes of a test image, by its path. */
  layers(run: number, image: number): Promise<Tensors>;
  /** All parameters, by name. */
  parameters(run: number): Promise<Tensors>;
  /** As layers(), of an image of bytes, and "probabilities" where it classifies. */
  predict(run: number, image: Uint8Array<ArrayBuffer>): Promise<Tensors>;
  /** The test images that layers() knows; null: all. */
  lookedInto(run: number): number[] | null;
}
