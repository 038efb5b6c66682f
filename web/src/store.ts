// What the page knows: the runs, and the rows of those that it shows. All sections read this.
import type { Change, Rows, RunInfo, Source, TableName } from "./source";
import { Table } from "./table";

const kChosenRows = 8000; // of a table of the chosen run
const kOverlaidRows = 1000; // of each run beside it
const kRetryMs = 2000;
const kInFlight = { curves: 1, compare: 4 }; // of the six connections that a browser has
const kTellMs = 250; // a hundred runs come one by one: they are not drawn a hundred times
const kCatchUpMs = 400; // rows that were announced have so long to come by themselves

type Section = "curves" | "compare";

interface Wanted {
  run: number;
  name: TableName;
  section: Section;
  table: Table;
  busy: boolean; // being fetched
}

export class Store {
  runs: RunInfo[] = [];
  runsRevision = 0; // grows with each change of the runs
  connected: boolean | null = null; // null: not yet
  image: number | null = null; // of the test data, that one looks into; null: none chosen yet
  private readonly wanted = new Map<string, Wanted>();
  private readonly listeners = new Set<() => void>();
  private readonly inFlight: Record<Section, number> = { curves: 0, compare: 0 };
  private readonly queues: Record<Section, Set<string>> = { curves: new Set(), compare: new Set() };

  constructor(readonly source: Source) {}

  start(): void {
    this.source.follow((change) => {
      this.take(change);
      this.tell();
    });
  }

  /** Calls back after each change; answers with what ends that. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  run(id: number): RunInfo | undefined {
    return this.runs[id]?.id === id ? this.runs[id] : this.runs.find((run) => run.id === id);
  }

  table(run: number, name: TableName): Table | undefined {
    return this.wanted.get(key(run, name))?.table;
  }

  choose(image: number): void {
    this.image = image;
    this.tell();
  }

  /** Says which runs are seen; the rows of others are forgotten. */
  show(chosen: number, overlaid: Iterable<number>): void {
    const keys = new Set<string>();
    const want = (run: number, name: TableName, section: Section, most: number) => {
      const id = key(run, name);
      keys.add(id);
      const had = this.wanted.get(id);
      if (had && had.table.most === most) return;
      const table = new Table(most);
      this.wanted.set(id, { run, name, section, table, busy: false });
      this.pull(id);
    };
    want(chosen, "points", "curves", kChosenRows);
    want(chosen, "steps", "curves", kChosenRows);
    for (const run of overlaid) {
      if (run !== chosen) want(run, "points", "compare", kOverlaidRows);
    }
    for (const id of [...this.wanted.keys()]) {
      if (!keys.has(id)) this.wanted.delete(id);
    }
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  private take(change: Change): void {
    if (change.kind === "connected") {
      this.connected = change.yes;
    } else if (change.kind === "runs") {
      this.runs = change.runs;
      this.runsRevision++;
      for (const id of this.wanted.keys()) this.pull(id);
    } else if (change.kind === "run") {
      this.takeRun(change.run);
    } else {
      this.takeRows(change.rows);
    }
  }

  private takeRows(rows: Rows): void {
    const run = this.run(rows.run);
    if (run) run.tables[rows.table] = { version: rows.version, rows: rows.next };
    const id = key(rows.run, rows.table);
    const table = this.wanted.get(id)?.table;
    if (table && (table.append(rows) === "gap" || table.crowded)) this.pull(id);
  }

  private takeRun(run: RunInfo): void {
    const at = this.runs.findIndex((other) => other.id === run.id);
    this.runs = [...this.runs];
    this.runs[at < 0 ? this.runs.length : at] = run;
    this.runsRevision++;
    setTimeout(() => {
      this.pull(key(run.id, "points"));
      this.pull(key(run.id, "steps"));
    }, kCatchUpMs);
  }

  /** Fetches what a table lacks, never twice at a time. */
  private pull(id: string): void {
    const wanted = this.wanted.get(id);
    if (!wanted || wanted.busy || !this.lacks(wanted)) return;
    this.queues[wanted.section].add(id);
    if (this.inFlight[wanted.section] < kInFlight[wanted.section]) void this.work(wanted.section);
  }

  private lacks({ run: id, name, table }: Wanted): boolean {
    const run = this.run(id);
    return run !== undefined && (table.crowded || table.behind(run.tables[name]));
  }

  private async work(section: Section): Promise<void> {
    const queue = this.queues[section];
    let told = performance.now();
    this.inFlight[section]++;
    for (const id of queue) {
      queue.delete(id);
      const wanted = this.wanted.get(id);
      if (!wanted || !this.lacks(wanted)) continue;
      wanted.busy = true;
      const before = wanted.table.next;
      const good = await this.fetch(wanted);
      wanted.busy = false;
      const grown = wanted.table.next > before;
      if (good && grown && this.lacks(wanted)) queue.add(id); // more came meanwhile
      if (queue.size === 0 || performance.now() - told > kTellMs) {
        this.tell();
        told = performance.now();
      }
      if (!good) setTimeout(() => this.pull(id), kRetryMs);
    }
    this.inFlight[section]--;
  }

  /** False: it did not come, or brought nothing on. */
  private async fetch({ run, name, table }: Wanted): Promise<boolean> {
    const known = this.run(run)?.tables[name].version === table.version;
    const from = known && !table.crowded ? table.next : 0;
    try {
      const rows = await this.source.rows(run, name, from, table.most);
      if (rows.from === 0) table.replace(rows);
      else if (table.append(rows) === "gap") return false;
      return true;
    } catch {
      return !this.source.live;
    }
  }
}

function key(run: number, name: TableName): string {
  return `${run} ${name}`;
}
