"""Prints the error of each graph in bf16, int8 and int4 as GPUs round, beside that of diffusers' own bfloat16.

    python test/reference/bfloat16_errors.py [CHECKPOINT …] [--graphs GRAPH …] [--records FOLDER] [--most 1.3]

For the tiny checkpoints (all with goldens of their stages unless named): every graph gets the inputs that it has in a float32
run of the goldens' cases. An error is the root mean square of the difference over all cases, as a share of the float32 values'
own. diffusers' is that of its modules in bfloat16 on the CPU, on one thread, with the same inputs. bf16 is measured against
float32 with the checkpoint's weights, int8 and int4 against float32 with the same quantized weights: what rounding the weights
costs is another matter, and is in the last two columns. Status 1 where an error is more than `--most` times diffusers'.
"""

import argparse
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open

import generate
import repaired
from interpreter import Graph
from network_stages import STAGES, Run, run_stage, seen

HERE = Path(__file__).resolve().parent
FIXTURES = HERE.parent / "fixtures"
PRECISIONS = ("bf16", "int8", "int4")
GPUS = ("8.x", "9.x")
EXACT = 2e-4
"""How far the interpreter's float32 may be from the runtime's: the proof that it reads the graphs as they are meant."""

Arrays = list[np.ndarray]


def read_runs(folder: Path) -> dict[str, list[Run]]:
    """The recorded runs by graph."""
    runs: dict[str, list[Run]] = {}
    for path in sorted((folder / "runs").iterdir()):
        with safe_open(str(path), "pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            described = file.metadata() or {}
        parts = [{name[len(part) :]: value for name, value in tensors.items() if name.startswith(part)} for part in ("in.", "out.")]
        runs.setdefault(path.name.split(".")[0], []).append(Run(parts[0], parts[1], described))
    return runs


def error(actual: Arrays, expected: Arrays) -> float:
    """Root mean square of the difference over all arrays, as a share of the expected values' own."""
    squares = [float(((a.astype(np.float64) - b) ** 2).sum()) for a, b in zip(actual, expected, strict=True)]
    return math.sqrt(sum(squares) / sum(float((b.astype(np.float64) ** 2).sum()) for b in expected))


def interpret(path: Path, rounding: str, runs: Iterable[Run]) -> Arrays:
    """The graph's outputs in all runs."""
    graph = Graph(path, rounding)
    results = [graph.run({name: value.numpy() for name, value in run.inputs.items()}) for run in runs]
    return [seen(path.stem, next(iter(outputs.values()))) for outputs in results]


def measure(checkpoint: str, folder: Path, graphs: Iterable[str]) -> list[tuple[str, dict[str, float]]]:
    """Errors by graph, by column."""
    pipeline, _ = repaired.load(FIXTURES / "checkpoints" / checkpoint, torch.bfloat16)
    rows = []
    recorded = read_runs(folder)
    for graph in graphs:
        runs = recorded[graph]
        expected = [seen(graph, next(iter(run.outputs.values())).numpy()) for run in runs]
        row = {"diffusers": error([seen(graph, run_stage(graph, pipeline, run)).numpy() for run in runs], expected)}
        away = error(interpret(folder / "fp32" / f"{graph}.onnx", "float32", runs), expected)
        if away > EXACT:
            raise RuntimeError(f"{checkpoint}: the interpreter's {graph} is {away} away from the runtime's")
        for precision in PRECISIONS:
            path = folder / precision / f"{graph}.onnx"
            exact = expected
            if Graph(path, "float32").is_quantized:
                exact = interpret(path, "float32", runs)
                row[f"weights {precision}"] = error(exact, expected)
            row |= {f"{precision} {way}": error(interpret(path, way, runs), exact) for way in ("ideal", *GPUS)}
        rows.append((graph, row))
    return rows


def record(checkpoint: str, folder: Path) -> None:
    subprocess.run(["node", str(HERE / "record-graphs.mjs"), checkpoint, str(folder)], check=True)


COLUMNS = ["diffusers", *(f"{precision} {gpu}" for precision in PRECISIONS for gpu in GPUS), "bf16 ideal"]
WEIGHT_COLUMNS = ["weights int8", "weights int4"]


def print_row(name: str, cells: Iterable[str]) -> None:
    print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", nargs="*")
    parser.add_argument("--records", type=Path, help="keep the records there, and use those that are there already")
    parser.add_argument("--graphs", nargs="*", default=list(STAGES), choices=list(STAGES))
    parser.add_argument("--most", type=float, default=1.3)
    options = parser.parse_args()
    generate.quiet()
    torch.set_num_threads(1)
    known = sorted(path.parent.name for path in FIXTURES.glob("goldens/*/denoiser.safetensors"))
    worst: dict[str, dict[str, float]] = {}
    print_row("checkpoint, graph", [*COLUMNS, *WEIGHT_COLUMNS])
    print_row("---", ["---"] * len([*COLUMNS, *WEIGHT_COLUMNS]))
    with tempfile.TemporaryDirectory() as temporary:
        for checkpoint in options.checkpoints or known:
            folder = (options.records or Path(temporary)) / checkpoint
            if not (folder / "int4").exists():
                record(checkpoint, folder)
            for graph, row in measure(checkpoint, folder, options.graphs):
                print_row(f"{checkpoint} {graph}", [f"{100 * row[name]:.2f} %" for name in COLUMNS] + [f"{100 * row.get(name, 0):.1f} %" for name in WEIGHT_COLUMNS])
                shares = worst.setdefault(graph, {})
                for name in COLUMNS[1:]:
                    shares[name] = max(shares.get(name, 0.0), row[name] / row["diffusers"])
    print("\nThe largest share of diffusers' error, over the checkpoints:\n")
    print_row("graph", COLUMNS[1:])
    print_row("---", ["---"] * len(COLUMNS[1:]))
    for graph, shares in worst.items():
        print_row(graph, [f"{shares[name]:.2f}" for name in COLUMNS[1:]])
    return 1 if any(share > options.most for shares in worst.values() for share in shares.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
