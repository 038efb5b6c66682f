// The outputs of a network as bars: probabilities where it classifies, else the values themselves.
import { Bar } from "./class_bars";
import { count, figure, percent } from "./format";
import { words } from "./lang";

const kMost = 12; // of more outputs those that are largest

interface OutputsProps {
  names: string[];
  values: ArrayLike<number>;
  share: boolean; // they are probabilities
}

export function Outputs({ names, values, share }: OutputsProps) {
  const all = Array.from(values, (value, i) => ({ name: names[i] ?? String(i), value }));
  const most = Math.max(...all.map(({ value }) => Math.abs(value)), 1e-30);
  const largest = Math.max(...all.map(({ value }) => value));
  const shown =
    all.length > kMost ? all.sort((a, b) => b.value - a.value).slice(0, kMost) : all;
  return (
    <>
      <table class="bars outputs" aria-label={words().outputs}>
        <tbody>
          {shown.map(({ name, value }) => (
            <tr key={name}>
              <th scope="row" class={value === largest ? "first" : ""} title={name}>
                {name}
              </th>
              <td>
                <Bar
                  value={share ? value : Math.abs(value) / most}
                  text={share ? percent(value) : figure(value)}
                  color={value < 0 ? "--orange" : "--blue"}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {all.length > kMost && <p class="hint">{words().shownOf(count(kMost), count(all.length))}</p>}
    </>
  );
}

export function softmax(values: ArrayLike<number>): number[] {
  const largest = Math.max(...Array.from(values));
  const powers = Array.from(values, (value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
