// All that is shown of a network beside its mistakes: fetched when it is on the screen.
import { words } from "./lang";
import { useNewest, useVisible } from "./hooks";
import { NetworkSection } from "./network";
import type { RunInfo } from "./source";
import type { Store } from "./store";
import { TryIt } from "./try_it";
import { WeightSections } from "./weights";

export function NetworkSections({ store, run }: { store: Store; run: RunInfo }) {
  const { ref, visible } = useVisible();
  const key = visible && run.evaluation > 0 ? String(run.evaluation) : "";
  const { value: network, why } = useNewest(key, () => store.source.network(run.id));
  const state = why ? words().failed(why) : run.evaluation === 0 ? words().noNetwork : "";
  return (
    <div ref={ref as preact.Ref<HTMLDivElement>} class="network">
      {!network && (
        <section aria-labelledby="network">
          <h2 id="network">{words().network}</h2>
          <p class="hint">{state}</p>
        </section>
      )}
      {network && <NetworkSection {...{ store, run, network }} />}
      {network && <WeightSections {...{ store, run }} />}
      {network?.bytes && store.source.live && <TryIt {...{ store, run, network }} />}
    </div>
  );
}
