"""The table of what bench/gpu.sh measured; what it did not is called so.

usage: gpu_table.py FOLDER    (with bench.json, train1.json ... start1.json ... memory.json, torch-eager.json ... as far as they are
there, and a log of the same name for each)
"""
import json
import os
import statistics
import sys

IMAGES, RUNS = 60_000, range(1, 6)
WAYS = {"eager": (15, "eager"), "graph": (4, "graph of whole steps"), "compiled": (4, "network and loss compiled")}


class Results:
    def __init__(self, folder):
        self.folder = folder

    def read(self, name):
        """The document of that name, or none."""
        try:
            with open(os.path.join(self.folder, name + ".json"), encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError):
            return None

    def log(self, name):
        path = os.path.join(self.folder, name + ".log")
        return path if os.path.exists(path) else None

    def missing(self, *names):
        """Why there is no figure, by the first of these that has none."""
        for name in names:
            if self.log(name) and self.read(name) is None:
                return f"failed, see {self.log(name)}"
        return "not measured"

    def median(self, values, form, *names):
        """In words, with a remark if it is of fewer than all."""
        values = [value for value in values if value is not None]
        if not values:
            return self.missing(*names)
        text = form.format(statistics.median(values))
        return text if len(values) == len(RUNS) else f"{text} (of {len(values)}; others {self.missing(*names)})"


def row(work, value, reach):
    print(f"| {work} | {value} | {reach} |")


def bench_row(results, work, part, reach):
    bench = results.read("bench")
    row(work, f"{bench[part]['examples_per_sec']:,.0f}" if bench else results.missing("bench"), reach)


def pytorch_rows(results, epochs):
    for way, (reach, words) in WAYS.items():
        torch = results.read(f"torch-{way}")
        name = f"against PyTorch, {words}: training"
        if torch is None and not results.log(f"torch-{way}"):
            row(name, "not measured: no python3 with a PyTorch that sees a card", f"{reach} x")
        elif torch is None or "error" in torch:
            why = torch["error"].replace("|", "/") if torch else "no result"
            row(name, f"FAILED: {why}; see {results.log(f'torch-{way}')}", f"{reach} x")
        else:
            alone = "PyTorch {torch}: {epochs_per_sec:.2f} epochs/s, forward {inference:,.0f} images/s".format(**torch)
            row(name, f"{epochs / torch['epochs_per_sec']:.1f} x ({alone})" if epochs else f"not measured ({alone})", f"{reach} x")


def main():
    results = Results(sys.argv[1])
    trains, starts = ([results.read(f"{name}{i}") for i in RUNS] for name in ("train", "start"))
    names = [f"train{i}" for i in RUNS]
    epochs = [run and run["examples_per_sec"] / IMAGES for run in trains]
    seconds = [run["wall_seconds"] - start["wall_seconds"] if run and start else None for run, start in zip(trains, starts)]
    memory = results.read("memory")
    runs = [run for run in trains if run]
    print("| work (medians of five) | lenet | reach |\n| --- | --- | --- |")
    row("training, epochs/s: steps alone, shuffling and evaluation left out", results.median(epochs, "{:.1f}", *names), 60)
    bench_row(results, "one batch again and again (`lenet bench`), images/s", "train", "3,600,000")
    row("ten epochs by the wall clock with evaluation and checkpoints, less a run of one step and one evaluation, s",
        results.median(seconds, "{:.3f}", *(name for i in RUNS for name in (f"train{i}", f"start{i}"))), 0.25)
    bench_row(results, "forward (`lenet bench`), images/s", "inference", "10,000,000")
    row("memory of {of}, the context included, MiB".format(**memory) if memory else "memory, MiB",
        memory["mib"] if memory else results.missing("memory"), "200 without the context")
    row("loss, train acc, test acc", "{loss:.3f} {train_acc:.3f} {test_acc:.3f}".format(**runs[0]) if runs
        else results.missing(*names), "the chapter's band")
    pytorch_rows(results, statistics.median([value for value in epochs if value]) if runs else None)


main()
