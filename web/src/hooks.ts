// What sections share: the store's changes, visibility, files to save.
import { Component, type ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Store } from "./store";

const kGatherMs = 12; // messages come in groups: they are drawn together

/** Draws anew after changes of the store, at most once in so many milliseconds and a frame. */
export function useStore(store: Store, everyMs = 50): void {
  const [, setRevision] = useState(0);
  useEffect(() => {
    let waiting = false;
    let drawn = 0;
    let ended = false;
    const draw = () => {
      waiting = false;
      drawn = performance.now();
      if (!ended) setRevision((revision) => revision + 1);
    };
    const end = store.listen(() => {
      if (waiting) return;
      waiting = true;
      const rest = Math.max(kGatherMs, drawn + everyMs - performance.now());
      setTimeout(() => requestAnimationFrame(draw), rest);
    });
    setRevision((revision) => revision + 1);
    return () => {
      ended = true;
      end();
    };
  }, [store, everyMs]);
}

/** Whether an element has been on the screen, and is now. */
export function useVisible() {
  const ref = useRef<HTMLElement>(null);
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => setVisible(entries.some((entry) => entry.isIntersecting)),
      { rootMargin: "200px" },
    );
    observer.observe(ref.current!);
    return () => observer.disconnect();
  }, []);
  return { ref, visible };
}

interface Newest<T> {
  value: T | null;
  why: string; // the last one did not come
}

/**
 * The newest of what has a key, by one request at a time; the old one until that is here, or if it
 * does not come. The key "" asks for nothing.
 */
export function useNewest<T>(key: string, fetch: () => Promise<T>): Newest<T> {
  const [found, setFound] = useState<Newest<T>>({ value: null, why: "" });
  const busy = useRef(false);
  const had = useRef("");
  useEffect(() => {
    if (key === "" || busy.current || had.current === key) return;
    busy.current = true;
    had.current = key;
    const done = (change: { value?: T; why: string }) => {
      busy.current = false;
      setFound((before) => ({ ...before, ...change })); // a newer key may have come meanwhile
    };
    fetch().then(
      (value) => done({ value, why: "" }),
      (error: Error) => done({ why: error.message }),
    );
  }, [key, found]);
  return found;
}

interface SteadyProps {
  of: unknown[];
  draw: () => ComponentChildren;
}

/**
 * What is large and drawn anew only if one of `of` is another. Not by a kept element: each keeps
 * the tree that it was first drawn in, that one the element before it, and so all of them.
 */
export class Steady extends Component<SteadyProps> {
  override shouldComponentUpdate(next: SteadyProps): boolean {
    return next.of.some((value, i) => value !== this.props.of[i]);
  }

  render() {
    return this.props.draw();
  }
}

export function saveFile(name: string, type: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
