"""The table of what bench/gpu.sh measured; what it did not is called so.

usage: gpu_table.py FOLDER    (with bench.json, train1.json ... start1.json ... memory.txt and torch.jsonl, as far as they are there)
"""
import json
import os
import statistics
import sys

IMAGES = 60_000
MISSING = "not measured"


def read(folder, name):
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return file.read()


def read_json(folder, name):
    text = read(folder, name)
    return json.loads(text) if text else None


def median(values):
    return statistics.median(values) if values else None


def row(work, value, reach, form="{}"):
    print(f"| {work} | {MISSING if value is None else form.format(value)} | {reach} |")


def main():
    folder = sys.argv[1]
    bench = read_json(folder, "bench.json") or {"train": {}, "inference": {}}
    pairs = [(read_json(folder, f"train{i}.json"), read_json(folder, f"start{i}.json")) for i in range(1, 6)]
    runs = [run for run, _ in pairs if run]
    memory = read(folder, "memory.txt")
    ways = [json.loads(line) for line in (read(folder, "torch.jsonl") or "").splitlines()]
    epochs = median([run["examples_per_sec"] / IMAGES for run in runs])
    seconds = median([run["wall_seconds"] - start["wall_seconds"] for run, start in pairs if run and start])
    print("| work | lenet | reach |\n| --- | --- | --- |")
    row("epochs a second, evaluation left out", epochs, 60, "{:.1f}")
    row("steps alone (`lenet bench`, one batch again and again), images/s", bench["train"].get("examples_per_sec"), "3,600,000",
        "{:,.0f}")
    row("ten epochs, evaluation included, less a run of one step, s", seconds, 0.25, "{:.3f}")
    row("forward, images/s", bench["inference"].get("examples_per_sec"), "10,000,000", "{:,.0f}")
    row("memory on the card, MiB, the context included", memory and memory.strip(), "200 without the context")
    if runs:
        row("loss, train acc, test acc", "{loss:.3f} {train_acc:.3f} {test_acc:.3f}".format(**runs[0]), "the chapter's band")
    for way in ways:
        name = f"against PyTorch {way.get('torch', '')}, {way['way']}: training"
        if "error" in way:
            row(name, f"FAILED: {way['error']}", "")
        elif epochs:
            row(name, epochs / way["epochs_per_sec"], "15 x" if way["way"] == "eager" else "4 x", "{:.1f} x")
    if not ways:
        row("against PyTorch", f"{MISSING}: python3 has no PyTorch with CUDA", "")


main()
