"""The table of what bench/gpu.sh measured.

usage: gpu_table.py FOLDER    (with bench.json, train1.json ... memory1 ... and torch.jsonl)
"""
import json
import os
import statistics
import sys

STEPS, IMAGES = 235, 60_000


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


def main():
    folder = sys.argv[1]
    bench = json.loads(read(folder, "bench.json"))
    runs = [json.loads(read(folder, f"train{i}.json")) for i in range(1, 6)]
    memory = max(int(read(folder, f"memory{i}")) for i in range(1, 6))
    ways = [json.loads(line) for line in read(folder, "torch.jsonl").splitlines()]
    epochs = statistics.median(run["examples_per_sec"] for run in runs) / IMAGES
    wall = statistics.median(run["wall_seconds"] for run in runs)
    print("| work | lenet | reach |\n| --- | --- | --- |")
    print(f"| epochs a second, evaluation left out | {epochs:.1f} | 60 |")
    print(f"| steps alone (`lenet bench`), images/s | {bench['train']['examples_per_sec']:,.0f} | 3,600,000 |")
    print(f"| ten epochs, wall clock, loading and evaluation included, s | {wall:.2f} | 0.25 from the first batch |")
    print(f"| forward, images/s | {bench['inference']['examples_per_sec']:,.0f} | 10,000,000 |")
    print(f"| memory of the process on the card, MiB | {memory} | 200 and the context |")
    print(f"| loss, train acc, test acc | {runs[0]['loss']:.3f} {runs[0]['train_acc']:.3f} {runs[0]['test_acc']:.3f} | the chapter's band |")
    for way in ways:
        print(f"| against PyTorch {way['torch']}, {way['way']}: training | {epochs / way['epochs_per_sec']:.1f} x | "
              f"{15 if way['way'] == 'eager' else 4} x |")
    if not ways:
        print("| against PyTorch | not measured: python3 has no PyTorch with CUDA | |")


main()
