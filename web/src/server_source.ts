// The data of a server: one stream of events while the tab is seen, the rest by GET.
import { words } from "./lang";
import { readImages, readTensors } from "./safetensors";
import type { Change, Evaluation, Images, Judged, Network, Rows, RunInfo } from "./source";
import type { Source, TableName, Tensors, Weights } from "./source";

const kReopenMs = 2000; // of a stream that the browser has given up
const kAgainMs = 200; // where an answer is being made ready
const kAccepted = 202;

export class ServerSource implements Source {
  readonly live = true;
  private stream: EventSource | null = null;
  private onChange: (change: Change) => void = () => {};

  follow(onChange: (change: Change) => void): void {
    this.onChange = onChange;
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.close();
      else this.open();
    });
    this.open();
  }

  rows(run: number, table: TableName, from: number, most: number): Promise<Rows> {
    return getJson<Rows>(`run/${run}/${table}.json?from=${from}&max=${most}`);
  }

  evaluation(run: number): Promise<Evaluation> {
    return getJson<Evaluation>(`run/${run}/evaluation.json`);
  }

  cell(run: number, trueClass: number, predicted: number): Promise<Judged[]> {
    return getJson<Judged[]>(`run/${run}/cell.json?true=${trueClass}&predicted=${predicted}`);
  }

  async images(run: number, numbers: number[]): Promise<Images> {
    const answer = await get(`run/${run}/images?ids=${numbers.join(",")}`);
    return readImages(await answer.arrayBuffer());
  }

  network(run: number): Promise<Network> {
    return getJson<Network>(`run/${run}/network.json`);
  }

  weights(run: number): Promise<Weights> {
    return getJson<Weights>(`run/${run}/weights.json`);
  }

  layers(run: number, image: number): Promise<Tensors> {
    return getTensors(`run/${run}/layers?image=${image}`);
  }

  parameters(run: number): Promise<Tensors> {
    return getTensors(`run/${run}/parameters`);
  }

  predict(run: number, image: Uint8Array<ArrayBuffer>): Promise<Tensors> {
    return getTensors(`run/${run}/predict`, { method: "POST", body: image });
  }

  /** Of all test images. */
  lookedInto(): null {
    return null;
  }

  /** A hidden tab holds no connection: a browser has six for a server. */
  private open(): void {
    if (document.hidden || this.stream) return;
    const stream = new EventSource("events");
    this.stream = stream;
    const on = (name: string, take: (data: never) => Change) =>
      stream.addEventListener(name, (event) => {
        this.onChange(take(JSON.parse((event as MessageEvent<string>).data) as never));
      });
    on("hello", (data: { runs: RunInfo[] }) => ({ kind: "runs", runs: data.runs }));
    on("run", (run: RunInfo) => ({ kind: "run", run }));
    on("rows", (rows: Rows) => ({ kind: "rows", rows }));
    stream.onopen = () => this.onChange({ kind: "connected", yes: true });
    stream.onerror = () => {
      this.onChange({ kind: "connected", yes: false });
      if (stream.readyState !== EventSource.CLOSED) return;
      this.close();
      setTimeout(() => this.open(), kReopenMs);
    };
  }

  private close(): void {
    this.stream?.close();
    this.stream = null;
  }
}

async function ask(path: string, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch {
    throw new Error(words().noAnswer); // the browser's own words say less
  }
}

async function get(path: string, init?: RequestInit): Promise<Response> {
  let answer = await ask(path, init);
  while (answer.status === kAccepted) {
    await new Promise((resolve) => setTimeout(resolve, kAgainMs));
    answer = await ask(path, init);
  }
  if (!answer.ok) throw new Error(await refusal(answer));
  return answer;
}

async function getJson<T>(path: string): Promise<T> {
  return (await (await get(path)).json()) as T;
}

async function getTensors(path: string, init?: RequestInit): Promise<Tensors> {
  return readTensors(await (await get(path, init)).arrayBuffer());
}

async function refusal(answer: Response): Promise<string> {
  try {
    return ((await answer.json()) as { error: string }).error;
  } catch {
    return `${answer.status} ${answer.statusText}`;
  }
}
