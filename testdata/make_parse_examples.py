"""Writes models/parse_examples/1: takes serialized tf.Examples apart, so that a test sees what TensorFlow reads in them.

Needs TensorFlow 2: python make_parse_examples.py
Input: examples, strings [n]. For each of the features f (floats), i (int64) and b (bytes), of any length:
<name>_values, all values one behind the other, and <name>_rows, of which example each is.
"""
import pathlib
import shutil

import tensorflow as tf

target = pathlib.Path(__file__).parent / "models" / "parse_examples" / "1"
shutil.rmtree(target, ignore_errors=True)
with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    examples = tf.compat.v1.placeholder(tf.string, [None], name="examples")
    parsed = tf.io.parse_example(examples, {
        "f": tf.io.VarLenFeature(tf.float32),
        "i": tf.io.VarLenFeature(tf.int64),
        "b": tf.io.VarLenFeature(tf.string),
    })
    outputs = {}
    for name, sparse in parsed.items():
        outputs[name + "_values"] = tf.identity(sparse.values, name=name + "_values")
        outputs[name + "_rows"] = tf.identity(sparse.indices[:, 0], name=name + "_rows")
    builder = tf.compat.v1.saved_model.Builder(str(target))
    builder.add_meta_graph_and_variables(session, ["serve"], {
        "serving_default": tf.compat.v1.saved_model.predict_signature_def({"examples": examples}, outputs),
    })
    builder.save()
