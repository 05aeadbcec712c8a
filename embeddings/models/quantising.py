"""A graph in float32 -> one whose weights are int8, seven bits a channel; activations are scaled as the graph runs.

`reduce_range`: eight bits saturate on AVX2 without VNNI. Given examples of what the graph will read, two things that
cost large models most are mended: a table of word vectors has a scale for each word instead of one for all, and the
few channels of an input that reach far above the others, and would coarsen the scale of all, are split into parts that
do not (outlier channel splitting, Zhao et al. 2019): as x w = x/2 w + x/2 w, the product stays the same.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.models.runtime import load_onnxruntime

Feed = Mapping[str, np.ndarray[Any, Any]]  # the name of an input -> its values, (texts, tokens)

MORE = 16  # an input gets at most one channel more for every so many
_LARGE_TABLE = 1_000  # rows; smaller tables stay as they are
_LEAST_OUTPUTS = 32  # a product with fewer columns is not worth splitting
_LEVELS = 127


def quantise(graph: Path, target: Path, examples: Sequence[Feed] = ()) -> None:
    """Writes `target`, the quantised graph.

    Args:
        graph: in float32.
        target: the file to write.
        examples: inputs such as the graph will be given; without any, tables and channels are quantised as they are.
    """
    load_onnxruntime()
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    exact: list[str] = []
    if examples:
        model = onnx.load(str(graph))
        exact = _tables_by_row(model)
        _split(model, _largest(graph, model, examples))
        graph = target.with_suffix(".split")
        onnx.save(model, str(graph))
    with quiet_root():
        quantize_dynamic(
            graph,
            target,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=exact,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},  # fused operators have no shape inference
        )
    if examples:
        graph.unlink()


@contextmanager
def quiet_root() -> Iterator[None]:
    """ONNX Runtime's tools write advice to loggers of many names; errors stay."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(level)


def _constants(model: Any) -> dict[str, Any]:
    return {constant.name: constant for constant in model.graph.initializer}


def _replace(model: Any, replaced: Mapping[str, Sequence[Any]], added: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """Puts nodes in the place of others, by the name of their first output, and sets constants."""
    from onnx import numpy_helper

    graph = model.graph
    nodes = [new for node in graph.node for new in replaced.get(node.output[0], [node])]
    used = {name for node in nodes for name in node.input}
    kept = [constant for constant in graph.initializer if constant.name in used and constant.name not in added]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend([*kept, *(numpy_helper.from_array(value, name) for name, value in added.items())])


def _tables_by_row(model: Any) -> list[str]:
    """Gives large tables of vectors a scale for each row; returns the nodes that look vectors up."""
    from onnx import TensorProto, helper, numpy_helper

    constants, replaced, added = _constants(model), dict[str, list[Any]](), dict[str, np.ndarray[Any, Any]]()
    look_ups = [node for node in model.graph.node if node.op_type == "Gather" and node.input[0] in constants]
    for node in look_ups:
        name, out = node.input[0], node.output[0]
        table = numpy_helper.to_array(constants[name])
        if table.ndim != 2 or len(table) < _LARGE_TABLE:
            continue
        scales = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-8) / _LEVELS  # (rows, 1)
        added[f"{name}_rows"] = np.round(table / scales).astype(np.int8)
        added[f"{name}_scales"] = scales.astype(np.float32)
        replaced[out] = [
            helper.make_node("Gather", [f"{name}_rows", node.input[1]], [f"{out}_row"], name=f"{out}_row"),
            helper.make_node("Cast", [f"{out}_row"], [f"{out}_float"], to=TensorProto.FLOAT),
            helper.make_node("Gather", [f"{name}_scales", node.input[1]], [f"{out}_scale"], name=f"{out}_scale"),
            helper.make_node("Mul", [f"{out}_float", f"{out}_scale"], [out]),
        ]
    if replaced:
        _replace(model, replaced, added)
    return [node.name for node in model.graph.node if node.op_type == "Gather"]


def _products(model: Any) -> list[Any]:
    """The products of an input with a matrix of weights."""
    constants = _constants(model)

    def is_one(node: Any) -> bool:
        weights = constants.get(node.input[1]) if node.op_type == "MatMul" else None
        return weights is not None and len(weights.dims) == 2 and weights.dims[1] >= _LEAST_OUTPUTS

    return [node for node in model.graph.node if is_one(node)]


def _largest(graph: Path, model: Any, examples: Sequence[Feed]) -> dict[str, np.ndarray[Any, Any]]:
    """The largest value of each channel of the inputs of products: the input's name -> (channels,)."""
    import onnx
    from onnx import helper

    names = sorted({node.input[0] for node in _products(model)})
    probe, path = onnx.load(str(graph)), graph.with_suffix(".probe")
    probe.graph.output.extend(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in names)
    onnx.save(probe, str(path))
    session = load_onnxruntime().InferenceSession(str(path), providers=["CPUExecutionProvider"])
    path.unlink()
    wanted, largest = {item.name for item in session.get_inputs()}, dict[str, np.ndarray[Any, Any]]()
    for feed in examples:
        given = {name: value for name, value in feed.items() if name in wanted}
        for name, values in zip(names, session.run(names, given), strict=True):
            top = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0)
            largest[name] = np.maximum(largest.get(name, 0.0), top)
    return largest


def _split(model: Any, largest: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """Splits the channels of inputs that reach furthest, so that none reaches much further than the others."""
    from onnx import helper, numpy_helper

    constants, replaced, added = _constants(model), dict[str, list[Any]](), dict[str, np.ndarray[Any, Any]]()
    for node in _products(model):
        (given, name), nodes = node.input, []
        parts = parts_of(largest[given])
        again = np.repeat(np.arange(len(parts)), parts - 1)
        if not len(again):
            continue
        if f"{given}_parts" not in added:
            added[f"{given}_parts"] = (1.0 / parts).astype(np.float32)
            added[f"{given}_again"] = again.astype(np.int64)
            nodes = [
                helper.make_node("Mul", [given, f"{given}_parts"], [f"{given}_part"]),
                helper.make_node("Gather", [f"{given}_part", f"{given}_again"], [f"{given}_more"], axis=-1),
                helper.make_node("Concat", [f"{given}_part", f"{given}_more"], [f"{given}_split"], axis=-1),
            ]
        weights = numpy_helper.to_array(constants[name])  # (channels, outputs)
        out, own = node.output[0], f"{node.output[0]}_weights"  # two inputs may share their weights
        added[own] = np.concatenate([weights, weights[again]])
        product = helper.make_node("MatMul", [f"{given}_split", own], [out], name=node.name)
        replaced[out] = [*nodes, product]
    _replace(model, replaced, added)


def parts_of(largest: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """How many parts each channel is split into: as even as one channel more for every MORE allows.

    Args:
        largest: the largest value of each channel, (channels,).

    >>> parts_of(np.array([1.0] * 30 + [2.5, 9.0])).tolist()[-2:]
    [1, 3]
    """
    steps = np.sort(np.unique(np.concatenate([largest / n for n in range(1, 33)])))[::-1]
    parts = np.ones(len(largest), dtype=np.int64)
    for level in steps[steps > 0]:
        finer = np.maximum(1, np.ceil(largest / level - 1e-6)).astype(np.int64)
        if finer.sum() - len(largest) > len(largest) // MORE:
            break
        parts = finer
    return parts
