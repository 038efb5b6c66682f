// How the run stands: its state, where it is, and the two figures that matter.
import type { ComponentChildren } from "preact";
import { useStore } from "./hooks";
import { count, decimal, duration, figure } from "./format";
import { columnName, words } from "./lang";
import type { RunInfo } from "./source";
import type { Store } from "./store";
import { wilson } from "./wilson";

export function Status({ store, id }: { store: Store; id: number }) {
  useStore(store);
  const run = store.run(id);
  if (!run) return null;
  return (
    <section class="status" aria-labelledby="run-name">
      <div class="headline">
        <h1 id="run-name">{run.name}</h1>
        <span class={`state ${run.state === "running" ? "going" : run.why ? "bad" : ""}`}>
          {words()[run.state] ?? run.state}
        </span>
        {run.why && <p class="why">{run.why}</p>}
      </div>
      <Progress run={run} />
      <dl class="figures">
        <Figure name={words().loss} value={figure(run.loss)} big />
        {run.metric && <Metric run={run} />}
        <Figure name={words().epoch} value={epochOf(run)} />
        <Figure name={run.state === "running" ? words().timeLeft : words().timeTaken}>
          {duration(run.state === "running" ? run.seconds_left : run.seconds)}
        </Figure>
        <Figure name={words().imagesPerSecond} value={speedOf(run)} />
      </dl>
      {run.notes.map((note) => (
        <p class="notice" key={note}>
          {note}
        </p>
      ))}
    </section>
  );
}

interface FigureProps {
  name: string;
  value?: string;
  big?: boolean;
  title?: string;
  children?: ComponentChildren;
}

function Figure({ name, value, big, title, children }: FigureProps) {
  return (
    <div class={big ? "big" : ""} title={title}>
      <dt>{name}</dt>
      <dd>{value ?? children}</dd>
    </div>
  );
}

/** The share of a sample of the test images: what it would be of all such images, ± so much. */
function Metric({ run }: { run: RunInfo }) {
  const known = run.metric.endsWith("_acc") && run.last !== null && run.test_examples > 0;
  const { low, high } = wilson(known ? run.last! : 0, Math.max(1, run.test_examples));
  const title = known ? words().interval(figure(low), figure(high)) : "";
  return (
    <Figure name={columnName(run.metric)} big title={title}>
      {figure(run.last)}
      {known && <small aria-label={title}> ± {figure((high - low) / 2)}</small>}
    </Figure>
  );
}

function Progress({ run }: { run: RunInfo }) {
  const share = run.epochs > 0 ? Math.min(1, run.epochs_done / run.epochs) : 0;
  return <progress max={1} value={share} aria-label={words().progress} />;
}

function epochOf(run: RunInfo): string {
  const done = decimal(run.epochs_done, 1);
  return run.epochs > 0 ? `${done} ${words().of} ${count(run.epochs)}` : done;
}

function speedOf(run: RunInfo): string {
  return run.images_per_second === null ? "–" : count(run.images_per_second);
}
