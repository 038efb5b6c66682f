// What the run was asked to do, and where it is.
import { useRef, useState } from "preact/hooks";
import { optionText } from "./groups";
import { moment } from "./format";
import { words } from "./lang";
import type { RunInfo } from "./source";

const kCopiedMs = 1500;

export function Details({ run }: { run: RunInfo }) {
  const facts: [string, string][] = [
    [words().model, run.model],
    [words().data, run.data],
    [words().device, run.device],
    [words().started, run.started && moment(run.started)],
    [words().folder, run.folder],
    [words().note, run.note],
  ];
  return (
    <section aria-labelledby="details">
      <h2 id="details">{words().details}</h2>
      <dl class="facts">
        {facts.map(
          ([name, value]) =>
            value && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {run.command && <Command text={run.command} />}
      <details>
        <summary>{words().options}</summary>
        <table class="options">
          <tbody>
            {Object.entries(run.options).map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{optionText(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}

function Command({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const place = useRef<HTMLPreElement>(null);
  const copy = async () => {
    getSelection()?.selectAllChildren(place.current!);
    // Without TLS, pages of another machine have no clipboard: then the text is marked at least.
    await navigator.clipboard?.writeText(text);
    setCopied(navigator.clipboard !== undefined);
    setTimeout(() => setCopied(false), kCopiedMs);
  };
  return (
    <div class="command">
      <h3>{words().command}</h3>
      <button onClick={copy} aria-live="polite">
        {copied ? words().copied : words().copy}
      </button>
      <pre tabIndex={0} ref={place}>
        {text}
      </pre>
    </div>
  );
}
