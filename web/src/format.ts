// How numbers, times and dates are written in the language of the page.
import { currentLanguage } from "./lang";

const formats = new Map<string, Intl.NumberFormat>();

function format(value: number, options: Intl.NumberFormatOptions): string {
  const language = currentLanguage();
  const key = language + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.NumberFormat(language, options)));
  return made.format(value);
}

/** A figure: four places of those from 0.001 on, else four digits. "–" of none. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && size < 0.001) return value.toExponential(2);
  if (size >= 1000) return format(value, { maximumSignificantDigits: 4 });
  return format(value, { minimumFractionDigits: 4, maximumFractionDigits: 4 });
}

export function count(value: number): string {
  return format(value, { maximumFractionDigits: 0 });
}

export function decimal(value: number, places: number): string {
  return format(value, { minimumFractionDigits: 0, maximumFractionDigits: places });
}

export function percent(value: number): string {
  return format(value, { style: "percent", maximumFractionDigits: 1 });
}

/** 75 s: "1:15"; 3,675 s: "1:01:15"; below ten seconds with a tenth: "7.4 s". */
export function duration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return "–";
  if (seconds < 10) return `${decimal(seconds, 1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}

export function moment(utc: string): string {
  const date = new Date(utc);
  if (Number.isNaN(date.getTime())) return utc;
  return new Intl.DateTimeFormat(currentLanguage(), {
    dateStyle: "medium",
    timeStyle: "medium",
  }).format(date);
}
