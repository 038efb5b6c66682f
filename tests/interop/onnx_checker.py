"""Gives each ONNX file of a folder to ONNX's own checker and shape inference.

usage: onnx_checker.py FOLDER
"""
import pathlib
import sys

from fashion_mnist import SKIPPED

try:
    import onnx
except ImportError as error:
    print(f"skipped: {error} (apt-get install python3-onnx)")
    raise SystemExit(SKIPPED)

paths = sorted(pathlib.Path(sys.argv[1]).glob("*.onnx"))
assert paths
for path in paths:
    model = onnx.load(str(path))
    onnx.checker.check_model(model, full_check=True)
    assert (model.ir_version, model.opset_import[0].version) == (7, 13), path
    graph = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True).graph
    sizes = [d.dim_param or d.dim_value for d in graph.output[0].type.tensor_type.shape.dim]
    assert sizes == ["N", 10], sizes
    inferred = {value.name for value in graph.value_info}
    for node in graph.node[:-1]:
        assert node.output[0] in inferred, f"{path}: no shape of {node.output[0]}"
    print(f"{path.name}: {len(graph.node)} nodes, {len(graph.initializer)} tensors")
