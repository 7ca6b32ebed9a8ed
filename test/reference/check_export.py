"""Opens an exported folder as other programs do: `python check_export.py FOLDER`, with the packages onnx and onnxruntime.

Every .onnx file goes through onnx.checker, with the types and shapes inferred as far as the operators are ONNX' own, and with --run
is loaded by Python's onnxruntime on the CPU. onnx.checker refuses weights with hard links: export with --copy for it, or give
--links to leave it out.
"""

import argparse
from pathlib import Path

import onnx


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--run", action="store_true", help="load each with onnxruntime too (bfloat16 graphs need a GPU)")
    parser.add_argument("--links", action="store_true", help="leave onnx.checker out")
    options = parser.parse_args()
    for path in sorted(options.folder.glob("*.onnx")):
        if not options.links:
            onnx.checker.check_model(str(path), full_check=True)
        model = onnx.load(str(path), load_external_data=not options.links)
        values = sum(len(tensor.raw_data) for tensor in model.graph.initializer)
        print(f"{path.name}: {len(model.graph.node)} nodes, {values} bytes of weights read", flush=True)
        if options.run:
            import onnxruntime

            session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
            print(f"  {[tensor.name for tensor in session.get_inputs()]} -> {[tensor.name for tensor in session.get_outputs()]}")


if __name__ == "__main__":
    main()
