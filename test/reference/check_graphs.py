"""Runs onnx.checker over the .onnx files of a folder (see write-graphs.mjs).

    python test/reference/check_graphs.py FOLDER

The weights may be links, which the checker refuses to follow: it is given the graphs with a small stand-in for each
initializer's file, since it is their structure that is checked.
"""

import pathlib
import sys

import onnx

failed = False
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    model = onnx.load(path, load_external_data=False)
    outside = [tensor for tensor in model.graph.initializer if tensor.external_data]
    for tensor in outside:
        # An input of the same type and shape: the checker looks into no file.
        model.graph.input.append(onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims))
    kept = [tensor for tensor in model.graph.initializer if not tensor.external_data]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    try:
        onnx.checker.check_model(model)
        print(f"{path.name}: {len(model.graph.node)} nodes, {len(outside)} weights, passed")
    except onnx.checker.ValidationError as error:
        failed = True
        print(f"{path.name}: {error}")
sys.exit(1 if failed else 0)
