#!/usr/bin/env python3
"""Prints the comparison of larger networks as a table.

usage: networks_table.py results.jsonl
"""
import json
import sys


def mean(values):
    return sum(values) / len(values)


def main():
    results = {}
    for line in open(sys.argv[1], encoding="utf-8"):
        entry = json.loads(line)
        program, network = entry["name"].split()
        results.setdefault(network, {}).setdefault(program, []).append(entry["result"])
    version = next(iter(results.values()))["torch"][0]["version"]
    print(f"| | training, images/s | share of the FMA peak | PyTorch {version} | | prediction, images/s | PyTorch | | "
          "one image, us | PyTorch | |")
    print("| --- " * 11 + "|")
    for network, programs in results.items():
        ours, torch = programs["lenet"], programs["torch"]  # ours before and after: the mean of both
        cells = [f"`{network}`"]
        for part in ("train", "inference"):
            speed, other = mean([r[part]["examples_per_sec"] for r in ours]), max(r[part] for r in torch)
            cells += [f"{speed:,.0f}"]
            if part == "train":
                cells += [f"{100 * mean([r[part]['share_of_peak'] for r in ours]):.0f} %"]
            cells += [f"{other:,.0f}", f"{speed / other:.1f} x"]
        ours_us, torch_us = mean([r["single_image"]["p50_us"] for r in ours]), min(r["single_us"] for r in torch)
        print(f"| {' | '.join(cells + [f'{ours_us:.0f}', f'{torch_us:.0f}', f'{torch_us / ours_us:.1f} x'])} |")


main()
