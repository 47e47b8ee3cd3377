"""Just enough protobuf to ask for predictions and to read them, without generated classes."""

import struct

PREDICT = '/tensorflow.serving.PredictionService/Predict'
RELOAD = '/tensorflow.serving.ModelService/HandleReloadConfigRequest'
INFER = '/inference.GRPCInferenceService/ModelInfer'

DT_FLOAT, DT_STRING, DT_INT64 = 1, 7, 9


def varint(value):
    value &= (1 << 64) - 1  # a negative number has ten bytes
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def chunk(field, value):
    if isinstance(value, str):
        value = value.encode()
    return varint(field << 3 | 2) + varint(len(value)) + value


def parse(message):
    """Returns the fields of a message: number to list of integers or bytes."""
    fields, at = {}, 0
    while at < len(message):
        key, at = _read_varint(message, at)
        kind = key & 7
        if kind == 0:
            value, at = _read_varint(message, at)
        else:
            size, at = _read_varint(message, at) if kind == 2 else ({1: 8, 5: 4}[kind], at)
            value, at = message[at:at + size], at + size
        fields.setdefault(key >> 3, []).append(value)
    return fields


def _read_varint(message, at):
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def floats(values):
    return struct.pack(f'<{len(values)}f', *values)


def read_floats(content):
    return list(struct.unpack(f'<{len(content) // 4}f', content))


def tensor(dtype, shape, content):
    """A TensorProto; content are its encoded fields with the values."""
    dims = b''.join(chunk(2, number(1, size)) for size in shape)
    return number(1, dtype) + chunk(2, dims) + content


def predict(model, inputs, signature=''):
    """A PredictRequest; inputs are TensorProtos by name."""
    spec = chunk(1, model) + (chunk(3, signature) if signature else b'')
    entries = b''.join(chunk(2, chunk(1, name) + chunk(2, value)) for name, value in inputs.items())
    return chunk(1, spec) + entries


def predict_floats(model, name, values):
    return predict(model, {name: tensor(DT_FLOAT, [len(values)], chunk(5, floats(values)))})


def predicted_floats(response):
    """Returns the values of a PredictResponse's only output."""
    entry = parse(parse(response)[1][0])
    answer = parse(entry[2][0])
    content = b''.join(answer.get(5, [])) or b''.join(answer.get(4, []))
    return read_floats(content)


def infer(model, name, datatype, shape, contents=b'', raw=None):
    """A ModelInferRequest of the Open Inference Protocol with one input."""
    sizes = b''.join(varint(size) for size in shape)
    tensor_ = chunk(1, name) + chunk(2, datatype) + chunk(3, sizes)
    message = chunk(1, model) + chunk(5, tensor_ + (chunk(5, contents) if contents else b''))
    return message + (chunk(7, raw) if raw is not None else b'')


def model_list(models):
    """A ReloadConfigRequest for models: name to base path."""
    configs = b''.join(
        chunk(1, chunk(1, name) + chunk(2, str(path))) for name, path in models.items())
    return chunk(1, chunk(1, configs))
