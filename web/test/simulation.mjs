// Runs that look like training: smooth curves with noise, an evaluation, and images of ten shapes.
// Everything follows from the run's number, so that tests can say what the page must show.

export const kClasses = [
  "t-shirt",
  "trouser",
  "pullover",
  "dress",
  "coat",
  "sandal",
  "shirt",
  "sneaker",
  "bag",
  "ankle boot",
];
const kStepsAnEpoch = 235;
const kTestExamples = 10000;

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export class SimulatedRun {
  constructor(id, { name = `run-${id}`, lr = 0.9, seed = id, epochs = 10, ...changes } = {}) {
    this.step = 0;
    this.random = randomNumbers(1000 + id);
    this.quality = 0.9 - 0.05 * Math.abs(Math.log10(lr / 0.3)) + 0.01 * (this.random() - 0.5);
    this.tables = {
      points: {
        columns: { step: [], epoch: [], seconds: [], train_loss: [], train_acc: [], test_acc: [] },
      },
      steps: { columns: { step: [], epoch: [], seconds: [], batch_loss: [] } },
    };
    this.info = {
      id,
      name,
      folder: `runs/${name}`,
      state: "running",
      why: "",
      note: "",
      model: "lenet",
      started: "2026-01-31T12:34:56Z",
      data: "fashion-mnist",
      device: "cpu",
      metric: "test_acc",
      larger_is_better: true,
      epochs,
      epochs_done: 0,
      steps: kStepsAnEpoch,
      loss: null,
      test_examples: kTestExamples,
      best: null,
      last: null,
      images_per_second: 80123.4,
      seconds: 0,
      seconds_left: null,
      command: `lenet train --lr ${lr} --seed ${seed}`,
      options: { model: "lenet", epochs, batch_size: 256, lr, seed, optimizer: "sgd" },
      notes: [],
      tables: { points: { version: 1, rows: 0 }, steps: { version: 1, rows: 0 } },
      evaluation: 0,
      ...changes,
    };
  }

  /** Trains so many steps; the numbers of the first new row of each table. */
  advance(steps) {
    const from = { points: this.rows("points"), steps: this.rows("steps") };
    for (let i = 0; i < steps && this.info.state === "running"; i++) this.oneStep();
    this.info.tables.points.rows = this.rows("points");
    this.info.tables.steps.rows = this.rows("steps");
    return from;
  }

  rows(table) {
    return this.tables[table].columns.step.length;
  }

  oneStep() {
    const { info } = this;
    const epoch = ++this.step / kStepsAnEpoch;
    const seconds = this.step * 0.0032;
    const curve = 1 / (1 + 1.8 * epoch);
    const loss = 0.32 + 2 * curve + (1 - this.quality);
    const place = { step: this.step, epoch, seconds };
    add(this.tables.steps, { ...place, batch_loss: loss * (1 + 0.35 * (this.random() - 0.5)) });
    info.epochs_done = epoch;
    Object.assign(info, {
      loss,
      seconds,
      seconds_left: (info.epochs - epoch) * kStepsAnEpoch * 0.0032,
    });
    const atEnd = this.step % kStepsAnEpoch === 0;
    if (this.step % 47 !== 0 && !atEnd) return;
    const acc = this.quality - 0.75 * curve + 0.004 * (this.random() - 0.5);
    const test = atEnd ? acc - 0.02 + 0.02 * (this.random() - 0.5) : null;
    add(this.tables.points, { ...place, train_loss: loss, train_acc: acc, test_acc: test });
    if (test === null) return;
    info.last = test;
    info.best = Math.max(info.best ?? 0, test);
    info.evaluation = Math.round(epoch);
    if (epoch >= info.epochs) Object.assign(info, { state: "finished", seconds_left: null });
  }

  /** As the contract has it: whole, or the least and largest of each stretch. */
  rowsFrom(table, from, most = 4000) {
    const { columns } = this.tables[table];
    const next = this.rows(table);
    const numbers = Array.from({ length: Math.max(0, next - from) }, (_, i) => from + i);
    const every = Math.ceil(numbers.length / most);
    const kept = numbers.filter((_, i) => i % every === 0 || i === numbers.length - 1);
    return {
      run: this.info.id,
      table,
      version: this.info.tables[table].version,
      from,
      next,
      columns: Object.fromEntries(
        Object.entries(columns).map(([name, values]) => [name, kept.map((i) => values[i])]),
      ),
    };
  }

  evaluation(classes = kClasses) {
    const random = randomNumbers(this.info.evaluation);
    const confusion = classes.map((_, truth) =>
      classes.map((_, said) => {
        const alike = Math.abs(truth - said) === 2 ? 60 : Math.abs(truth - said) === 4 ? 20 : 3;
        return truth === said ? 780 + 20 * truth : Math.floor(alike * random());
      }),
    );
    const mistakes = Array.from({ length: 24 }, (_, i) => {
      const truth = Math.floor(random() * classes.length);
      const said = (truth + 2 + 2 * Math.floor(random() * 2)) % classes.length;
      return { image: 17 * i + truth, true: truth, predicted: said, probability: 1 - i / 80 };
    });
    return { run: this.info.id, epoch: this.info.evaluation, classes, confusion, mistakes };
  }
}

function add(table, row) {
  for (const [name, value] of Object.entries(row)) table.columns[name].push(value);
}

export function cellOf(evaluation, truth, said) {
  const count = Math.min(200, evaluation.confusion[truth]?.[said] ?? 0);
  return Array.from({ length: count }, (_, i) => ({
    image: 100 * truth + said + 1000 * i,
    true: truth,
    predicted: said,
    probability: 0.99 - i / 300,
  }));
}

/** A grey blob, wider or higher by the image's number. */
export function imageBytes(number, side = 28) {
  const random = randomNumbers(number);
  const [a, b, hole] = [5 + 7 * random(), 5 + 8 * random(), random() < 0.4 ? 3 : 0];
  const bytes = new Uint8Array(side * side);
  for (let i = 0; i < bytes.length; i++) {
    const [x, y] = [(i % side) - side / 2, Math.floor(i / side) - side / 2];
    const inside = (x / a) ** 2 + (y / b) ** 4 < 1 && Math.hypot(x, y) >= hole;
    if (inside) bytes[i] = 110 + 90 * random() + 4 * y;
  }
  return bytes;
}

/** The tensor "images" as a safetensors file. */
export function safetensorsOf(numbers, side = 28) {
  const size = side * side * numbers.length;
  const entry = { dtype: "U8", shape: [numbers.length, 1, side, side], data_offsets: [0, size] };
  let header = JSON.stringify({ images: entry });
  header = header.padEnd(8 * Math.ceil(header.length / 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), ...numbers.map((n) => imageBytes(n, side))]);
}

/** What a report has in the place of `null`. */
export function reportOf(runs) {
  const evaluations = runs.map((run) => run.evaluation());
  const cells = {};
  const images = {};
  for (const evaluation of evaluations) {
    const all = new Set(evaluation.mistakes.map((one) => one.image));
    cells[evaluation.run] = {};
    for (let truth = 0; truth < 10; truth++) {
      for (let said = 0; said < 10; said++) {
        const judged = cellOf(evaluation, truth, said).slice(0, 8);
        judged.forEach((one) => all.add(one.image));
        cells[evaluation.run][`${truth},${said}`] = judged;
      }
    }
    const ids = [...all];
    const bytes = Buffer.concat(ids.map((id) => imageBytes(id)));
    images[evaluation.run] = {
      shape: [ids.length, 1, 28, 28],
      ids,
      base64: bytes.toString("base64"),
    };
  }
  const rows = runs.flatMap((run) => ["points", "steps"].map((table) => run.rowsFrom(table, 0)));
  return { schema: 1, runs: runs.map((run) => run.info), rows, evaluations, cells, images };
}
