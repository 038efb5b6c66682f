#!/usr/bin/env python3
"""Writes LeNet with a softmax, and a model that does nothing, as ONNX files.

usage: export_onnx.py FOLDER
"""
import sys

import onnx
from onnx import TensorProto, helper

import random


def tensor(name, shape):
    count = 1
    for size in shape:
        count *= size
    values = [random.uniform(-0.1, 0.1) for _ in range(count)]
    return helper.make_tensor(name, TensorProto.FLOAT, shape, values)


def save(path, nodes, weights, inputs, outputs):
    graph = helper.make_graph(nodes, "graph", [helper.make_tensor_value_info("x", TensorProto.FLOAT, inputs)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, outputs)], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    onnx.checker.check_model(model)
    onnx.save(model, path)


def lenet():
    node = helper.make_node
    shapes = {"w0": [6, 1, 5, 5], "b0": [6], "w3": [16, 6, 5, 5], "b3": [16], "w7": [120, 400], "b7": [120],
              "w9": [84, 120], "b9": [84], "w11": [10, 84], "b11": [10]}
    pool = {"kernel_shape": [2, 2], "strides": [2, 2]}
    nodes = [
        node("Conv", ["x", "w0", "b0"], ["c0"], kernel_shape=[5, 5], pads=[2, 2, 2, 2]),
        node("Sigmoid", ["c0"], ["s0"]), node("AveragePool", ["s0"], ["p0"], **pool),
        node("Conv", ["p0", "w3", "b3"], ["c3"], kernel_shape=[5, 5]),
        node("Sigmoid", ["c3"], ["s3"]), node("AveragePool", ["s3"], ["p3"], **pool),
        node("Flatten", ["p3"], ["f"]),
        node("Gemm", ["f", "w7", "b7"], ["l7"], transB=1), node("Sigmoid", ["l7"], ["s7"]),
        node("Gemm", ["s7", "w9", "b9"], ["l9"], transB=1), node("Sigmoid", ["l9"], ["s9"]),
        node("Gemm", ["s9", "w11", "b11"], ["l11"], transB=1), node("Softmax", ["l11"], ["y"], axis=1)]
    return nodes, [tensor(name, shape) for name, shape in shapes.items()]


def main():
    random.seed(0)
    folder = sys.argv[1]
    save(f"{folder}/lenet.onnx", *lenet(), ["n", 1, 28, 28], ["n", 10])
    save(f"{folder}/identity.onnx", [helper.make_node("Identity", ["x"], ["y"])], [], ["n", 1, 28, 28],
         ["n", 1, 28, 28])


main()
