#!/usr/bin/env python3
"""Prints the comparison as a table.

usage: table.py results.jsonl
"""
import json
import sys


def best(results, key, larger=True):
    known = [r for r in results if key in r]
    return (max if larger else min)((r[key] for r in known)) if known else None


def main():
    by_name = {}
    for line in open(sys.argv[1], encoding="utf-8"):
        entry = json.loads(line)
        by_name.setdefault(entry["name"], []).append(entry["result"])
    ours = by_name["lenet"]  # before and after the others: the mean of both
    mean = lambda values: sum(values) / len(values)
    train = mean([r["train"]["examples_per_sec"] for r in ours])
    inference = mean([r["inference"]["examples_per_sec"] for r in ours])
    single = mean([r["single_image"]["p50_us"] for r in ours])

    stock, tuned, ort = by_name["torch-stock"], by_name["torch-tuned"], by_name["onnxruntime"]
    rows = [("lenet, {} threads, {}".format(ours[0]["threads"], ours[0]["simd"]), train, inference, single)]
    for name, results in ((f"PyTorch {stock[0]['version']}, as installed", stock),
                          (f"PyTorch {tuned[0]['version']}, at its best", tuned),
                          (f"ONNX Runtime {ort[0]['version']}", ort)):
        rows.append((name, best(results, "train"), best(results, "inference"), best(results, "single_us", False)))

    print("| | training, images/s | | prediction, images/s | | one image, us | |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, t, i, s in rows:
        cells = [f"{t:,.0f}", f"{train / t:.1f} x"] if t else ["", ""]
        cells += [f"{i:,.0f}", f"{inference / i:.1f} x", f"{s:.1f}", f"{s / single:.1f} x"]
        print(f"| {name} | " + " | ".join(cells) + " |")
    print(f"\nAn ONNX Runtime call that does nothing takes {ort[0]['call_us']:.1f} us from JavaScript.")


main()
