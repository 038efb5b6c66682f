// Light and dark, and the colours of the style sheet for what is drawn on canvases.

export type Theme = "auto" | "light" | "dark";

const system = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
const colors = new Map<string, string>();
let revision = 0;

function changed(): void {
  colors.clear();
  revision++;
  for (const listener of listeners) listener();
}

system.addEventListener("change", changed);

export function setTheme(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  changed();
}

/** Calls back when the colours are others. */
export function onTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function themeRevision(): number {
  return revision;
}

/** What a custom property such as "--blue" is now, with light-dark() resolved. */
export function color(name: string): string {
  let found = colors.get(name);
  if (found === undefined) {
    const probe = document.createElement("span");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    found = getComputedStyle(probe).color;
    probe.remove();
    colors.set(name, found);
  }
  return found;
}

/** A colour of `color` with this share of opacity. */
export function faint(name: string, share: number): string {
  return color(name).replace(/^rgba?\((\d+), (\d+), (\d+).*\)$/, `rgba($1, $2, $3, ${share})`);
}
