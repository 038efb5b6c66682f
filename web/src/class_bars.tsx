// Recall and precision of each class, and what it is most often taken for.
import type { Cell } from "./confusion";
import { count, percent } from "./format";
import { words } from "./lang";
import type { Evaluation } from "./source";
import { className } from "./tiles";

interface ClassFigures {
  recall: number | null; // null: no image of the class
  precision: number | null; // null: never said
  takenFor: number; // -1: never for another
}

export function classFigures(confusion: number[][], index: number): ClassFigures {
  const row = confusion[index]!;
  const right = row[index]!;
  const images = row.reduce((sum, value) => sum + value, 0);
  const said = confusion.reduce((sum, other) => sum + other[index]!, 0);
  let takenFor = -1;
  row.forEach((value, i) => {
    if (i !== index && value > 0 && value > (row[takenFor] ?? 0)) takenFor = i;
  });
  return {
    recall: images > 0 ? right / images : null,
    precision: said > 0 ? right / said : null,
    takenFor,
  };
}

interface ClassBarsProps {
  evaluation: Evaluation;
  onOpen: (cell: Cell) => void;
}

/** Its rows are as high as those of the matrix, and lie beside them. */
export function ClassBars({ evaluation, onOpen }: ClassBarsProps) {
  const w = words();
  return (
    <table class="bars" aria-label={w.byClass}>
      <thead>
        <tr>
          {[w.className, w.recall, w.precision, w.takenFor].map((title) => (
            <th scope="col" key={title}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {evaluation.confusion.map((_, truth) => (
          <ClassRow key={truth} evaluation={evaluation} truth={truth} onOpen={onOpen} />
        ))}
      </tbody>
    </table>
  );
}

function ClassRow({ evaluation, truth, onOpen }: ClassBarsProps & { truth: number }) {
  const { classes, confusion } = evaluation;
  const { recall, precision, takenFor } = classFigures(confusion, truth);
  return (
    <tr>
      <th scope="row" title={className(classes, truth)}>
        {className(classes, truth)}
      </th>
      <td>
        <Bar value={recall} color="--blue" />
      </td>
      <td>
        <Bar value={precision} color="--teal" />
      </td>
      <td>
        {takenFor >= 0 && (
          <>
            <button class="link" onClick={() => onOpen({ truth, said: takenFor })}>
              {className(classes, takenFor)}
            </button>{" "}
            <small>{count(confusion[truth]![takenFor]!)}</small>
          </>
        )}
      </td>
    </tr>
  );
}

interface BarProps {
  value: number | null; // 0 to 1
  color: string;
  text?: string;
}

export function Bar({ value, color, text = value === null ? "–" : percent(value) }: BarProps) {
  return (
    <div class="bar">
      <span>{text}</span>
      <i>
        <b style={{ width: `${100 * (value ?? 0)}%`, backgroundColor: `var(${color})` }} />
      </i>
    </div>
  );
}
