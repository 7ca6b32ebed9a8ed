"""Runs the service's ONNX graphs with numpy, in float32 that is rounded to bfloat16 where a GPU would round it.

Four ways of rounding:
- `float32`: nowhere, not even where the graph casts to bfloat16. What the others are measured against.
- `ideal`: each operator computes in float32 and rounds its result once.
- `8.x`, `9.x`: as the kernels of onnxruntime's CUDA provider do on GPUs of these compute capabilities, which also round in
  between. Read from the provider's machine code (1.30: Sigmoid, FastGelu, RotaryEmbedding and the dequantization of MatMulNBits,
  which is one fused multiply-add from 9.0 on and two rounded operations before) and from its sources (biases that are added
  behind a product, the scores of attention that isn't fused). `9.x` holds for 12.0, too.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx

ROUNDINGS = ("float32", "ideal", "8.x", "9.x")
FLOAT, UINT16, INT64, BFLOAT16 = (onnx.TensorProto.FLOAT, onnx.TensorProto.UINT16, onnx.TensorProto.INT64, onnx.TensorProto.BFLOAT16)
UNFUSED_BELOW = 256
"""On GPUs before 9.0 attention of fewer queries and keys than this makes its scores first, in bfloat16."""
FEW_ROWS = 16
"""With at most so many rows a product with 4-bit weights has a kernel of its own."""
# FastGelu: x·(½ + ½·tanh(x·(LINEAR + CUBIC·x²)))
LINEAR, CUBIC = 0.7978845608028654, 0.035677408136300125

# The input of an operator that says in what it computes, where that isn't the first one.
_COMPUTING_INPUT = {"GatherBlockQuantized": 2}

_erf = np.vectorize(math.erf, otypes=[np.float64])


def to_bfloat16(values: Any) -> np.ndarray:
    """The nearest bfloat16 values, ties to even, as float32."""
    floats = np.ascontiguousarray(values, dtype=np.float32)
    bits = floats.view(np.uint32)
    nearest = ((bits + (0x7FFF + ((bits >> 16) & 1))) & np.uint32(0xFFFF0000)).view(np.float32)
    return np.where(np.isfinite(floats), nearest, floats).reshape(np.shape(values))


class Node:
    """A node with its attributes and the roundings that count for it."""

    def __init__(self, proto: onnx.NodeProto, computes: int, rounding: str) -> None:
        self.proto = proto
        self.computes = computes
        """Element type of the input that says in what it computes."""
        self._attributes = {entry.name: onnx.helper.get_attribute_value(entry) for entry in proto.attribute}
        self.as_kernel = rounding in ("8.x", "9.x") and computes == BFLOAT16
        self.rounding = rounding
        self.between: Callable[[Any], np.ndarray] = to_bfloat16 if self.as_kernel else lambda values: values
        """What happens to a value inside the kernel, between two of its operations."""

    def __getitem__(self, name: str) -> Any:
        return self._attributes[name]

    def get(self, name: str, otherwise: Any = None) -> Any:
        return self._attributes.get(name, otherwise)


class Graph:
    """A graph of a folder that `npm run export` wrote."""

    def __init__(self, path: Path, rounding: str) -> None:
        self._graph = onnx.load(str(path), load_external_data=True).graph
        self._rounding = rounding
        self._types: dict[str, int] = {entry.name: entry.data_type for entry in self._graph.initializer}
        self._types |= {entry.name: entry.type.tensor_type.elem_type for entry in self._graph.input}
        self._weights = {entry.name: _values(entry) for entry in self._graph.initializer}
        self._dequantized: dict[str, np.ndarray] = {}

    @property
    def is_quantized(self) -> bool:
        """Whether any of its weights are codes."""
        return any(weight.dtype in (np.int8, np.uint8) and weight.ndim > 1 for weight in self._weights.values())

    def run(self, feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Its outputs by name. What the graph takes as bits of bfloat16 values (uint16) may be fed as the values, which are then rounded like any others."""
        values, types = self._weights | feeds, dict(self._types)
        for proto in self._graph.node:
            node = Node(proto, types[proto.input[_COMPUTING_INPUT.get(proto.op_type, 0)]], self._rounding)
            operator = getattr(self, f"_{proto.op_type}", None)
            if operator is None:
                raise NotImplementedError(f"{proto.op_type} is missing in {__file__}")
            made = operator(node, *(values[name] if name else None for name in proto.input))
            kind = _result_type(node)
            rounds = kind == BFLOAT16 and self._rounding != "float32"
            for name, value in zip(proto.output, made if isinstance(made, list) else [made], strict=True):
                values[name] = to_bfloat16(value) if rounds else value
                types[name] = kind
        return {entry.name: values[entry.name] for entry in self._graph.output}

    # Products

    def _Gemm(self, node: Node, a: np.ndarray, b: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
        product = node.get("alpha", 1.0) * (a @ (b.T if node.get("transB") else b))
        return product if bias is None else product + bias

    def _MatMul(self, _node: Node, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return a @ b

    def _MatMulNBits(self, node: Node, x: np.ndarray, codes: np.ndarray, scales: np.ndarray, *more: np.ndarray | None) -> np.ndarray:
        zero_points, order, bias = (*more, None, None, None)[:3]
        if zero_points is not None or order is not None:
            raise NotImplementedError("MatMulNBits with zero points or an order of its inputs")
        name = node.proto.input[1]
        if name not in self._dequantized:
            self._dequantized[name] = self._dequantize(node, codes, scales)
        weight = self._dequantized[name]
        product = _few_rows(x, weight) if node.as_kernel and node["bits"] == 4 and x.shape[0] <= FEW_ROWS else x @ weight.T
        return product if bias is None else node.between(product) + bias

    def _dequantize(self, node: Node, codes: np.ndarray, scales: np.ndarray) -> np.ndarray:
        """[outputs, inputs], as the kernel for many rows makes it before the product."""
        outputs, inputs, bits = node["N"], node["K"], node["bits"]
        whole = _unpacked(codes, bits)
        by_block = scales.reshape(outputs, -1, 1)
        shift = -float(1 << (bits - 1)) * by_block
        # A power of two times the scale is exact.
        scaled = whole * by_block
        weight = (node.between(scaled) if node.rounding == "8.x" else scaled) + shift
        weight = weight.reshape(outputs, -1)[:, :inputs]
        return to_bfloat16(weight) if node.computes == BFLOAT16 and node.rounding != "float32" else weight

    def _GatherBlockQuantized(self, node: Node, codes: np.ndarray, indices: np.ndarray, scales: np.ndarray) -> np.ndarray:
        """The product of a code's difference from the zero code, which is exact, with its scale."""
        bits = node["bits"]
        if codes.ndim != node["quantize_axis"] + 1:
            raise NotImplementedError("GatherBlockQuantized with scales along another axis than the last")
        picked, by_block = (np.take(each, indices, axis=node["gather_axis"]) for each in (codes, scales))
        whole = _unpacked(picked, bits)
        by_value = np.repeat(by_block, node["block_size"], axis=-1)[..., : whole.shape[-1]]
        return (whole - (1 << (bits - 1))) * by_value

    def _Conv(self, node: Node, x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
        top, left, bottom, right = node["pads"]
        stride, kernel = node["strides"][0], node["kernel_shape"][0]
        padded = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(2, 3))[:, :, ::stride, ::stride]
        product = np.einsum("bcyxij,ocij->boyx", windows, weight, optimize=True)
        return node.between(product) + bias.reshape(1, -1, 1, 1)

    def _MultiHeadAttention(self, node: Node, query: np.ndarray, key: np.ndarray, value: np.ndarray, *more: np.ndarray | None) -> np.ndarray:
        bias = (*more, None, None, None)[2]
        heads = [_by_heads(x, node["num_heads"]) for x in (query, key, value)]
        size = heads[0].shape[-1]
        scores = heads[0] @ heads[1].swapaxes(-1, -2) / np.float32(math.sqrt(size))
        is_short = max(query.shape[1], key.shape[1]) < UNFUSED_BELOW
        is_fused = node.rounding != "8.x" or not (is_short or (bias is not None and query.shape[1] % 8 != 0))
        if not is_fused:
            scores = node.between(scores)
        if bias is not None:
            scores = scores + bias
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        total = shares.sum(-1, keepdims=True)
        attended = node.between(shares) @ heads[2] / total if is_fused else node.between(shares / total) @ heads[2]
        return attended.transpose(0, 2, 1, 3).reshape(query.shape).astype(np.float32)

    # Norms, activations, rotary embeddings

    def _RMSNormalization(self, node: Node, x: np.ndarray, scale: np.ndarray) -> np.ndarray:
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + node["epsilon"]) * scale

    def _LayerNormalization(self, node: Node, x: np.ndarray, scale: np.ndarray, bias: np.ndarray) -> np.ndarray:
        centered = x - x.mean(-1, keepdims=True)
        return centered / np.sqrt((centered**2).mean(-1, keepdims=True) + node["epsilon"]) * scale + bias

    def _Sigmoid(self, node: Node, x: np.ndarray) -> np.ndarray:
        power = node.between(np.exp(-np.abs(x.astype(np.float64))))
        below = node.between(1 / node.between(1 + power))
        return np.where(x > 0, below, 1 - below).astype(np.float32)

    def _Gelu(self, _node: Node, x: np.ndarray) -> np.ndarray:
        return (0.5 * x * (1 + _erf(x / math.sqrt(2)))).astype(np.float32)

    def _FastGelu(self, node: Node, x: np.ndarray) -> np.ndarray:
        between = node.between
        inner = between(between(between(between(between(CUBIC) * x) * x) + between(LINEAR)) * x)
        return (x * between(between(between(np.tanh(inner)) * np.float32(0.5)) + np.float32(0.5))).astype(np.float32)

    def _RotaryEmbedding(self, node: Node, x: np.ndarray, position: np.ndarray, cos: np.ndarray, sin: np.ndarray) -> np.ndarray:
        batch, length, width = x.shape
        first, half = int(position[0]), cos.shape[1]
        cos, sin = (table[first : first + length][None, :, None, :] for table in (cos, sin))
        heads = x.reshape(batch, length, width // (2 * half), 2 * half)
        places = (slice(0, None, 2), slice(1, None, 2)) if node["interleaved"] else (slice(0, half), slice(half, None))
        a, b = (heads[..., place] for place in places)
        turned = np.empty_like(heads)
        turned[..., places[0]] = node.between(a * cos) - node.between(b * sin)
        turned[..., places[1]] = node.between(b * cos) + node.between(a * sin)
        return turned.reshape(x.shape)

    # Elementwise

    def _Cast(self, node: Node, x: np.ndarray) -> np.ndarray:
        if node.computes == UINT16 and np.issubdtype(x.dtype, np.floating):
            return x
        return x.astype(np.float32 if node["to"] in (FLOAT, BFLOAT16) else np.int64)

    def _Cos(self, _node: Node, x: np.ndarray) -> np.ndarray:
        return np.cos(x)

    def _Sin(self, _node: Node, x: np.ndarray) -> np.ndarray:
        return np.sin(x)

    def _Identity(self, _node: Node, x: np.ndarray) -> np.ndarray:
        return x

    def _Add(self, _node: Node, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return a + b

    def _Sub(self, _node: Node, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return a - b

    def _Mul(self, _node: Node, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return a * b

    def _Div(self, _node: Node, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return a / b

    def _Max(self, _node: Node, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.maximum(a, b)

    def _Sqrt(self, _node: Node, x: np.ndarray) -> np.ndarray:
        return np.sqrt(x)

    # Shapes

    def _Shape(self, node: Node, x: np.ndarray) -> np.ndarray:
        return np.array(x.shape[node.get("start", 0) : node.get("end")], np.int64)

    def _Reshape(self, _node: Node, x: np.ndarray, shape: np.ndarray) -> np.ndarray:
        return x.reshape([int(size) or x.shape[axis] for axis, size in enumerate(shape)])

    def _Transpose(self, node: Node, x: np.ndarray) -> np.ndarray:
        return x.transpose(list(node["perm"]))

    def _Expand(self, _node: Node, x: np.ndarray, shape: np.ndarray) -> np.ndarray:
        return np.broadcast_to(x, np.broadcast_shapes(x.shape, tuple(int(size) for size in shape)))

    def _Concat(self, node: Node, *parts: np.ndarray) -> np.ndarray:
        return np.concatenate(parts, axis=node["axis"])

    def _Split(self, node: Node, x: np.ndarray, sizes: np.ndarray) -> list[np.ndarray]:
        return np.split(x, np.cumsum(sizes)[:-1], axis=node["axis"])

    def _Slice(self, _node: Node, x: np.ndarray, starts: np.ndarray, ends: np.ndarray, axes: np.ndarray) -> np.ndarray:
        cut = [slice(None)] * x.ndim
        cut[int(axes[0])] = slice(int(starts[0]), int(ends[0]))
        return x[tuple(cut)]

    def _Gather(self, node: Node, x: np.ndarray, indices: np.ndarray) -> np.ndarray:
        return indices if np.issubdtype(indices.dtype, np.floating) else np.take(x, indices, axis=node.get("axis", 0))


def _unpacked(codes: np.ndarray, bits: int) -> np.ndarray:
    """Codes as float32; of 4 bits the first is in a byte's lower half."""
    if bits == 4:
        codes = np.stack([codes & 15, codes >> 4], axis=-1).reshape(*codes.shape[:-1], -1)
    return codes.astype(np.float32)


def _few_rows(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """x·Wᵀ as the 4-bit kernel for few rows adds it up: 32 lanes read eight inputs each in turn, and each keeps two sums of
    bfloat16, one of every other input."""
    step = 256
    padding = ((0, 0), (0, -x.shape[1] % step))
    a, b = (np.pad(each, padding).reshape(len(each), -1, step // 8, 4, 2) for each in (x, weight))
    sums = np.zeros((len(x), len(weight), step // 8, 2), np.float32)
    for turn in range(a.shape[1]):
        for pair in range(4):
            sums = to_bfloat16(sums + a[:, None, turn, :, pair] * b[None, :, turn, :, pair])
    return sums.sum((2, 3))


def _by_heads(x: np.ndarray, heads: int) -> np.ndarray:
    """[batch, tokens, width] as [batch, heads, tokens, width of a head]."""
    batch, tokens, width = x.shape
    return x.reshape(batch, tokens, heads, width // heads).transpose(0, 2, 1, 3)


def _result_type(node: Node) -> int:
    if node.proto.op_type == "Cast":
        return int(node["to"])
    return INT64 if node.proto.op_type == "Shape" else node.computes


def _values(initializer: onnx.TensorProto) -> np.ndarray:
    """An initializer's values; floats of any kind become float32."""
    values = onnx.numpy_helper.to_array(initializer)
    return values if np.issubdtype(values.dtype, np.integer) else values.astype(np.float32)
