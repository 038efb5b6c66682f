// The page: which run is chosen, which are overlaid, in what language and colours.
import { useEffect, useMemo, useState } from "preact/hooks";
import { Compare } from "./compare";
import { Curves } from "./curves";
import { Details } from "./details";
import { EvaluationSections } from "./evaluation";
import { useStore } from "./hooks";
import { figure, percent } from "./format";
import { setLanguage, words, type Language } from "./lang";
import { NetworkSections } from "./network_sections";
import { keep, kept } from "./settings";
import type { RunInfo } from "./source";
import { Status } from "./status";
import type { Store } from "./store";
import { setTheme, type Theme } from "./theme";

const kFirstShown = 8; // runs overlaid before anybody chose
const kSlowMs = 250; // for what is not the state or a curve

export function Page({ store, firstLanguage }: { store: Store; firstLanguage: Language }) {
  useStore(store, kSlowMs);
  const [language, chooseLanguage] = useState(firstLanguage);
  const [choice, setChoice] = useState<number | null>(null);
  const [shown, setShown] = useState<Set<number> | null>(null);
  setLanguage(language);
  const run = chosenRun(store.runs, choice);
  const first = useMemo(() => firstShown(store.runs), [store.runs.length]);
  const overlaid = shown ?? first;
  useEffect(() => {
    if (run) store.show(run.id, store.runs.length > 1 ? overlaid : []);
  }, [run?.id, [...overlaid].join(), store.runs.length > 1]);
  const title = run ? titleOf(run) : "lenet";
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <>
      <TopBar store={store} run={run} onChoose={setChoice} {...{ language, chooseLanguage }} />
      <main>
        {!run && <p class="hint">{store.connected === false ? "" : words().noRuns}</p>}
        {run && (
          <>
            <Status store={store} id={run.id} />
            <Curves key={`curves ${run.id}`} store={store} id={run.id} lang={language} />
            <EvaluationSections key={`evaluation ${run.id}`} store={store} run={run} />
            <NetworkSections key={`network ${run.id}`} store={store} run={run} />
            {store.runs.length > 1 && (
              <Compare
                {...{
                  store,
                  chosen: run.id,
                  onChoose: setChoice,
                  shown: overlaid,
                  onShown: setShown,
                }}
              />
            )}
            <Details run={run} />
          </>
        )}
      </main>
    </>
  );
}

/** Without a choice the run that goes on, else the one that started last. */
function chosenRun(runs: RunInfo[], choice: number | null): RunInfo | undefined {
  const byChoice = runs.find((run) => run.id === choice);
  if (byChoice) return byChoice;
  const going = runs.filter((run) => run.state === "running");
  const candidates = going.length > 0 ? going : runs;
  return candidates.reduce<RunInfo | undefined>(
    (last, run) => (!last || run.started > last.started ? run : last),
    undefined,
  );
}

function firstShown(runs: RunInfo[]): Set<number> {
  const score = (run: RunInfo) => {
    if (run.best === null) return -Infinity;
    return run.larger_is_better ? run.best : -run.best;
  };
  const best = [...runs].sort((a, b) => score(b) - score(a)).slice(0, kFirstShown);
  return new Set(best.map((run) => run.id).sort((a, b) => a - b));
}

function titleOf(run: RunInfo): string {
  const done = run.epochs > 0 ? percent(Math.min(1, run.epochs_done / run.epochs)) : "";
  const progress = run.state === "running" ? done : (words()[run.state] ?? run.state);
  return `${progress} ${figure(run.last)} ${run.name} – lenet`;
}

interface TopBarProps {
  store: Store;
  run: RunInfo | undefined;
  onChoose: (run: number) => void;
  language: Language;
  chooseLanguage: (language: Language) => void;
}

function TopBar({ store, run, onChoose, language, chooseLanguage }: TopBarProps) {
  const speak = (chosen: Language) => {
    keep("language", chosen);
    chooseLanguage(chosen);
  };
  return (
    <header>
      <span class="brand">lenet</span>
      {store.runs.length > 1 && run && (
        <label class="chooser">
          <span class="unseen">{words().runChooser}</span>
          <select value={run.id} onChange={(event) => onChoose(Number(event.currentTarget.value))}>
            {store.runs.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
      )}
      <Connection store={store} />
      <ThemeChoice />
      <button
        lang={language === "en" ? "zh-CN" : "en"}
        onClick={() => speak(language === "en" ? "zh" : "en")}
      >
        {language === "en" ? "中文" : "English"}
      </button>
    </header>
  );
}

function Connection({ store }: { store: Store }) {
  const { connected } = store;
  const state = !store.source.live ? "report" : connected ? "live" : "lost";
  const text =
    state === "report"
      ? words().report
      : connected === null
        ? words().connecting
        : connected
          ? words().connected
          : words().reconnecting;
  return (
    <span class={`connection ${state}`} role="status" aria-live="polite">
      {text}
    </span>
  );
}

function ThemeChoice() {
  const [theme, choose] = useState<Theme>((kept("theme") as Theme | null) ?? "auto");
  useEffect(() => setTheme(theme), [theme]);
  const names = { auto: words().themeAuto, light: words().themeLight, dark: words().themeDark };
  return (
    <label>
      <span class="unseen">{words().theme}</span>
      <select
        value={theme}
        onChange={(event) => {
          const chosen = event.currentTarget.value as Theme;
          keep("theme", chosen);
          choose(chosen);
        }}
      >
        {(["auto", "light", "dark"] as const).map((name) => (
          <option key={name} value={name}>
            {names[name]}
          </option>
        ))}
      </select>
    </label>
  );
}
