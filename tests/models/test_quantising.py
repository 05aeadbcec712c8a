"""Quantising: a channel that reaches far costs the others nothing, and what is split stays the same product."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embeddings.models.quantising import MORE, parts_of, quantise
from embeddings.models.runtime import load_onnxruntime


@given(st.lists(st.floats(0, 1000, width=32), min_size=1, max_size=300))
def test_no_more_channels_are_added_than_allowed_and_none_is_lost(largest: list[float]) -> None:
    parts = parts_of(np.array(largest))
    assert len(parts) == len(largest)
    assert parts.min() >= 1
    assert parts.sum() - len(parts) <= len(parts) // MORE


def product(path: Path, weights: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> Path:
    """A graph that multiplies vectors of a table, looked up by their numbers, with weights."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    channels, outputs = weights.shape
    table = np.random.default_rng(1).normal(size=(2_000, channels)).astype(np.float32)
    table[:, 3] *= 40.0  # as a few channels of a large model do
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "ids"], ["vectors"], name="look up"),
            helper.make_node("MatMul", ["vectors", "weights"], ["result"], name="multiply"),
        ],
        "product",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "tokens"])],
        [helper.make_tensor_value_info("result", TensorProto.FLOAT, ["texts", "tokens", outputs])],
        [numpy_helper.from_array(table, "table"), numpy_helper.from_array(weights, "weights")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))
    return path


def result(
    path: Path, ids: np.ndarray[tuple[int, int], np.dtype[np.int64]]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    session = load_onnxruntime().InferenceSession(str(path), providers=["CPUExecutionProvider"])
    values: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = session.run(None, {"ids": ids})[0]
    return values


def test_examples_make_an_int8_graph_much_nearer_to_the_one_in_float32(tmp_path: Path) -> None:
    weights = np.random.default_rng(2).normal(size=(64, 48)).astype(np.float32)
    weights[3] /= 40.0
    graph = product(tmp_path / "graph.onnx", weights)
    ids = np.random.default_rng(3).integers(0, 2_000, (4, 50))
    quantise(graph, tmp_path / "plain.onnx")
    quantise(graph, tmp_path / "fitted.onnx", [{"ids": ids[:2]}])
    exact, plain, fitted = (result(tmp_path / f"{name}.onnx", ids[2:]) for name in ("graph", "plain", "fitted"))
    assert np.abs(fitted - exact).mean() < 0.5 * np.abs(plain - exact).mean()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fitted.onnx", "graph.onnx", "plain.onnx"]
