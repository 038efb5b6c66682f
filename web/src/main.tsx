// Starts the page with the data of the file, or those of the server that sent it.
import { render } from "preact";
import { EmbeddedSource } from "./embedded_source";
import type { Language } from "./lang";
import { Page } from "./page";
import { ServerSource } from "./server_source";
import { kept } from "./settings";
import { Store } from "./store";

function firstLanguage(): Language {
  const asked = new URLSearchParams(location.search).get("lang") ?? kept("language");
  return (asked ?? navigator.language).startsWith("zh") ? "zh" : "en";
}

const report: unknown = JSON.parse(document.getElementById("data")!.textContent!);
const source = report
  ? new EmbeddedSource(report as ConstructorParameters<typeof EmbeddedSource>[0])
  : new ServerSource();
const store = new Store(source);
render(<Page store={store} firstLanguage={firstLanguage()} />, document.getElementById("page")!);
store.start();
