"""Writes models/onnx/<name>/1: small ONNX models that each show one thing to the tests of engines/onnx.

usage: make_onnx_models.py [models/onnx]    (needs numpy and onnx)
"""

import os
import sys

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper

OUT = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "models", "onnx")
NO_SHAPE = "no shape"


def value(name, dtype, shape):
    return h.make_tensor_value_info(name, dtype, None if shape is NO_SHAPE else shape)


def constant(name, array):
    return numpy_helper.from_array(np.array(array), name)


def model(nodes, inputs, outputs, initializers=()):
    graph = h.make_graph(nodes, "graph", inputs, outputs, list(initializers))
    opsets = [h.make_opsetid("", 17), h.make_opsetid("ai.onnx.ml", 2)]
    return h.make_model(graph, opset_imports=opsets, ir_version=8)


def directory(name):
    path = os.path.join(OUT, name, "1")
    os.makedirs(path, exist_ok=True)
    return path


def save(name, proto, **options):
    onnx.save(proto, os.path.join(directory(name), "model.onnx"), **options)


def identities():
    """One value of any shape, as it came."""
    for name, dtype in (("any_float", T.FLOAT), ("any_string", T.STRING), ("any_bfloat16", T.BFLOAT16)):
        node = h.make_node("Identity", ["x"], ["y"])
        save(name, model([node], [value("x", dtype, NO_SHAPE)], [value("y", dtype, NO_SHAPE)]))


def aliases():
    """Outputs that a runtime may be tempted to give in the memory of an input or of a weight."""
    nodes = [
        h.make_node("Identity", ["x"], ["same"]),
        h.make_node("Reshape", ["x", "flat"], ["reshaped"]),
        h.make_node("Unsqueeze", ["x", "axis"], ["unsqueezed"]),
        h.make_node("Dropout", ["x"], ["dropped"]),
    ]
    outputs = [value(name, T.FLOAT, NO_SHAPE) for name in ("same", "reshaped", "unsqueezed", "dropped")]
    outputs += [value("x", T.FLOAT, ["n", "m"]), value("weight", T.FLOAT, [3])]
    initializers = [constant("flat", [-1]), constant("axis", [0]), constant("weight", np.float32([1, 2, 3]))]
    save("aliases", model(nodes, [value("x", T.FLOAT, ["n", "m"])], outputs, initializers))


def runtime_errors():
    """Loads, then fails for some values: an index out of bounds, a shape that no memory holds."""
    nodes = [
        h.make_node("Gather", ["table", "index"], ["picked"]),
        h.make_node("Expand", ["picked", "shape"], ["filled"]),
    ]
    inputs = [value("index", T.INT64, []), value("shape", T.INT64, ["r"])]
    save(
        "runtime_errors",
        model(nodes, inputs, [value("filled", T.FLOAT, NO_SHAPE)], [constant("table", np.float32([1, 2, 3]))]),
    )


def loop():
    """Takes as long as a value says."""
    body = h.make_graph(
        [h.make_node("Identity", ["go"], ["go_on"]), h.make_node("Add", ["sum", "one"], ["next"])],
        "body",
        [value("i", T.INT64, []), value("go", T.BOOL, []), value("sum", T.FLOAT, [])],
        [value("go_on", T.BOOL, []), value("next", T.FLOAT, [])],
        [constant("one", np.float32(1))],
    )
    nodes = [h.make_node("Loop", ["count", "", "start"], ["sum"], body=body)]
    save(
        "loop",
        model(nodes, [value("count", T.INT64, [])], [value("sum", T.FLOAT, [])], [constant("start", np.float32(0))]),
    )


def zipmap():
    """What skl2onnx makes of a classifier unless it is told zipmap=False."""
    node = h.make_node("ZipMap", ["x"], ["probabilities"], domain="ai.onnx.ml", classlabels_strings=["a", "b"])
    kind = h.make_sequence_type_proto(h.make_map_type_proto(T.STRING, h.make_tensor_type_proto(T.FLOAT, [])))
    save("zipmap", model([node], [value("x", T.FLOAT, ["n", 2])], [h.make_value_info("probabilities", kind)]))


def external_weights():
    """Weights in a file beside the model: there, and missing."""
    weights = np.arange(512, dtype=np.float32).reshape(2, 256)
    for name in ("external_weights", "missing_weights"):
        nodes = [h.make_node("MatMul", ["x", "w"], ["y"])]
        proto = model(nodes, [value("x", T.FLOAT, ["n", 2])], [value("y", T.FLOAT, ["n", 256])], [constant("w", weights)])
        save(name, proto, save_as_external_data=True, location="weights.bin", size_threshold=0)
    os.remove(os.path.join(directory("missing_weights"), "weights.bin"))


def refused():
    """Files that are whole but cannot be run."""
    one = value("x", T.FLOAT, ["n"]), value("y", T.FLOAT, ["n"])
    save("unknown_op", model([h.make_node("NoSuchOpAnywhere", ["x"], ["y"])], one[:1], one[1:]))
    huge = T(name="w", data_type=T.FLOAT, dims=[1 << 40, 1 << 20], raw_data=b"\0\0\x80?")
    save("huge_weights", model([h.make_node("Add", ["x", "w"], ["y"])], one[:1], one[1:], [huge]))
    cycle = [h.make_node("Add", ["x", "b"], ["a"]), h.make_node("Add", ["x", "a"], ["b"])]
    cycle.append(h.make_node("Identity", ["b"], ["y"]))
    save("cycle", model(cycle, one[:1], one[1:]))
    eight = model([h.make_node("Cast", ["x"], ["y"], to=T.FLOAT8E5M2)], one[:1], [value("y", T.FLOAT8E5M2, ["n"])])
    eight.opset_import[0].version = 19
    eight.ir_version = 9
    save("float8_output", eight)


for make in (identities, aliases, runtime_errors, loop, zipmap, external_weights, refused):
    make()
