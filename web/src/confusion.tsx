// The confusion matrix as a table of buttons, each of which opens the images behind it.
import { useEffect, useRef, useState } from "preact/hooks";
import { ClassBars } from "./class_bars";
import { Steady } from "./hooks";
import { count } from "./format";
import { words } from "./lang";
import type { Evaluation, Judged } from "./source";
import type { Store } from "./store";
import { className, Tiles } from "./tiles";

export interface Cell {
  truth: number;
  said: number;
}

export function Confusion({ store, evaluation }: { store: Store; evaluation: Evaluation }) {
  const [ofRow, setOfRow] = useState(false);
  const [open, setOpen] = useState<Cell | null>(null);
  const matrix = () => (
    <Matrix evaluation={evaluation} ofRow={ofRow} open={open} onOpen={setOpen} />
  );
  return (
    <>
      <p class="hint">{words().confusionHint}</p>
      <div class="controls" role="radiogroup" aria-label={words().confusion}>
        {[false, true].map((choice) => (
          <label key={String(choice)}>
            <input
              type="radio"
              name="confusion-as"
              checked={ofRow === choice}
              onChange={() => setOfRow(choice)}
            />
            {choice ? words().rowPercent : words().counts}
          </label>
        ))}
      </div>
      <div class="confusion">
        <Steady of={[evaluation, ofRow, open, words()]} draw={matrix} />
        <ClassBars evaluation={evaluation} onOpen={setOpen} />
      </div>
      {open && (
        <OpenCell store={store} evaluation={evaluation} cell={open} onClose={() => setOpen(null)} />
      )}
    </>
  );
}

interface MatrixProps {
  evaluation: Evaluation;
  ofRow: boolean;
  open: Cell | null;
  onOpen: (cell: Cell) => void;
}

/** One cell can be reached by Tab, the others from it by the arrow keys. */
function Matrix({ evaluation, ofRow, open, onOpen }: MatrixProps) {
  const table = useRef<HTMLTableElement>(null);
  const [place, setPlace] = useState<Cell>({ truth: 0, said: 0 });
  const { classes, confusion } = evaluation;
  const move = (event: KeyboardEvent) => {
    const to = neighbour(event.key, place, classes.length);
    if (!to) return;
    event.preventDefault();
    setPlace(to);
    const row = table.current!.tBodies[0]!.rows[to.truth]!;
    row.querySelectorAll("button")[to.said]!.focus();
  };
  return (
    <div class="scroll">
      <table class="matrix" ref={table} onKeyDown={move}>
        <thead>
          <tr>
            <td />
            {classes.map((name, i) => (
              <th scope="col" key={i}>
                <span>{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {confusion.map((row, truth) => {
            const sum = row.reduce((total, value) => total + value, 0);
            return (
              <tr key={truth}>
                <th scope="row">{className(classes, truth)}</th>
                {row.map((value, said) => (
                  <td key={said}>
                    <button
                      tabIndex={place.truth === truth && place.said === said ? 0 : -1}
                      aria-pressed={open?.truth === truth && open.said === said}
                      aria-label={labelOf(classes, truth, said, value)}
                      style={{ backgroundColor: shade(value / Math.max(1, sum), truth === said) }}
                      onFocus={() => setPlace({ truth, said })}
                      onClick={() => onOpen({ truth, said })}
                    >
                      {value === 0 ? "·" : ofRow ? percentText(value / sum) : count(value)}
                    </button>
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function neighbour(key: string, { truth, said }: Cell, classes: number): Cell | null {
  const inside = (value: number) => Math.max(0, Math.min(classes - 1, value));
  if (key === "ArrowLeft") return { truth, said: inside(said - 1) };
  if (key === "ArrowRight") return { truth, said: inside(said + 1) };
  if (key === "ArrowUp") return { truth: inside(truth - 1), said };
  if (key === "ArrowDown") return { truth: inside(truth + 1), said };
  if (key === "Home") return { truth, said: 0 };
  if (key === "End") return { truth, said: classes - 1 };
  return null;
}

function labelOf(classes: string[], truth: number, said: number, value: number): string {
  return words().cellLabel(className(classes, truth), className(classes, said), count(value));
}

function percentText(share: number): string {
  return (100 * share).toFixed(share < 0.0995 ? 1 : 0);
}

/** Rightly said is blue, mistakes are orange; by the root, so that few mistakes are seen. */
function shade(share: number, right: boolean): string {
  const most = 52; // of 100: text on it keeps its contrast
  const part = Math.min(most, right ? most * share : 90 * Math.sqrt(share));
  return `color-mix(in srgb, var(${right ? "--blue" : "--orange"}) ${part}%, transparent)`;
}

interface OpenCellProps {
  store: Store;
  evaluation: Evaluation;
  cell: Cell;
  onClose: () => void;
}

function OpenCell({ store, evaluation, cell, onClose }: OpenCellProps) {
  const [judged, setJudged] = useState<Judged[] | null>(null);
  const [why, setWhy] = useState("");
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let current = true;
    setWhy("");
    store.source.cell(evaluation.run, cell.truth, cell.said).then(
      (found) => current && setJudged(found),
      (error: Error) => current && setWhy(error.message),
    );
    return () => {
      current = false;
    };
  }, [evaluation, cell]);
  useEffect(() => place.current?.scrollIntoView({ block: "nearest" }), [cell, judged === null]);
  const [truth, said] = [cell.truth, cell.said].map((i) => className(evaluation.classes, i));
  const all = evaluation.confusion[cell.truth]?.[cell.said] ?? 0;
  const right = cell.truth === cell.said;
  return (
    <div class="opened" ref={place} aria-live="polite">
      <div class="caption">
        <h3>{right ? words().cellRight(truth!) : words().cellTitle(truth!, said!)}</h3>
        <button onClick={onClose}>{words().close}</button>
      </div>
      {why && <p class="hint">{words().failed(why)}</p>}
      {judged && judged.length < all && (
        <p class="hint">{words().shown(count(judged.length), count(all))}</p>
      )}
      {judged && (
        <Tiles store={store} run={evaluation.run} judged={judged} classes={evaluation.classes} />
      )}
    </div>
  );
}
