// What the model says of the test images: fetched when it is on the screen, and when it is new.
import { Confusion } from "./confusion";
import { useNewest, useVisible } from "./hooks";
import { count } from "./format";
import { words } from "./lang";
import type { RunInfo } from "./source";
import type { Store } from "./store";
import { Tiles } from "./tiles";

export function EvaluationSections({ store, run }: { store: Store; run: RunInfo }) {
  const { ref, visible } = useVisible();
  const key = visible && run.evaluation > 0 ? String(run.evaluation) : "";
  const { value: evaluation, why } = useNewest(key, () => store.source.evaluation(run.id));
  const state = why ? words().failed(why) : run.evaluation === 0 ? words().noEvaluation : "";
  const epoch = evaluation ? words().afterEpoch(count(evaluation.epoch)) : "";
  return (
    <div ref={ref as preact.Ref<HTMLDivElement>} class="evaluation">
      <section aria-labelledby="confusion">
        <h2 id="confusion">
          {words().confusion} <small>{epoch}</small>
        </h2>
        {state && <p class="hint">{state}</p>}
        {evaluation && <Confusion store={store} evaluation={evaluation} />}
      </section>
      {evaluation && (
        <section aria-labelledby="mistakes">
          <h2 id="mistakes">
            {words().mistakes} <small>{epoch}</small>
          </h2>
          <p class="hint">{words().mistakesHint}</p>
          <Tiles
            store={store}
            run={run.id}
            judged={evaluation.mistakes}
            classes={evaluation.classes}
          />
        </section>
      )}
    </div>
  );
}
