// The language of the page, and its words.
import { chinese } from "./chinese";
import { english, type Words } from "./english";

export type Language = "en" | "zh";

export const kWords: Record<Language, Words> = { en: english, zh: chinese };

let language: Language = "en";

export function currentLanguage(): Language {
  return language;
}

export function setLanguage(chosen: Language): void {
  language = chosen;
  const tag = chosen === "zh" ? "zh-CN" : "en";
  // To set it asks for all styles anew, even if it is the same.
  if (document.documentElement.lang !== tag) document.documentElement.lang = tag;
}

export function words(): Words {
  return kWords[language];
}

/** "test_acc" in words: "test accuracy". Figures without a word of their own as they are. */
export function columnName(column: string): string {
  const w = words();
  const parts: Record<string, string> = {
    train: w.trainPart,
    test: w.testPart,
    holdout: w.holdoutPart,
    batch: w.batchPart,
  };
  const part = column.split("_")[0]!;
  if (!(part in parts) || part === column) return column.replaceAll("_", " ");
  return w.joined(parts[part]!, figureName(column));
}

/** What "test_acc" and "train_acc" have in common: "accuracy". */
export function figureName(column: string): string {
  const w = words();
  const figures: Record<string, string> = {
    loss: w.loss,
    acc: w.acc,
    top5: w.top5,
    mae: w.mae,
    mse: w.mse,
  };
  const figure = column.replace(/^[^_]*_/, "");
  return figures[figure] ?? figure.replaceAll("_", " ");
}
