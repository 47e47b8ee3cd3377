"""Requests, expected answers and their comparison for e2e.py and batching.py; plain Python, no protobuf."""

import json
import random
import struct
import sys
import urllib.request

DT_FLOAT = 1
LARGE_WIDTH = 150528


def varint(number):
    out = b''
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def bytes_field(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def varint_field(field, number):
    return varint(field << 3) + varint(number)


def fields(message):
    """Yields (field, wire type, value) of a protobuf message."""
    at = 0

    def read_varint():
        nonlocal at
        result = shift = 0
        while True:
            byte = message[at]
            at += 1
            result |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return result

    while at < len(message):
        key = read_varint()
        if key & 7 == 0:
            yield key >> 3, 0, read_varint()
            continue
        size = {1: 8, 5: 4}[key & 7] if key & 7 != 2 else read_varint()
        yield key >> 3, key & 7, message[at:at + size]
        at += size


def floats_of(tensor):
    """The values of a float TensorProto, however it holds them."""
    values = []
    for field, wire, value in fields(tensor):
        if field == 4 and wire == 2:
            values += struct.unpack(f'<{len(value) // 4}f', value)
        elif field == 5:
            values += struct.unpack(f'<{len(value) // 4}f', value)
    return values


def float_tensor(shape, values, packed):
    dims = b''.join(bytes_field(2, varint_field(1, size)) for size in shape)
    data = struct.pack(f'<{len(values)}f', *values)
    return varint_field(1, DT_FLOAT) + bytes_field(2, dims) + bytes_field(5 if packed else 4, data)


def predict_request(model, signature, name, tensor):
    spec = bytes_field(1, model.encode()) + (bytes_field(3, signature.encode()) if signature else b'')
    entry = bytes_field(1, name.encode()) + bytes_field(2, tensor)
    return bytes_field(1, spec) + bytes_field(2, entry)


def near(found, expected, rtol=1e-4, atol=1e-5):
    return len(found) == len(expected) and all(
        abs(f - e) <= atol + rtol * abs(e) for f, e in zip(found, expected))


def check_predict_response(answer, expected, tolerance=None):
    """Returns what is wrong with a PredictResponse, or an empty string."""
    outputs = {}
    for field, _, entry in fields(answer):
        if field == 1:
            pair = {number: value for number, _, value in fields(entry)}
            outputs[pair[1].decode()] = floats_of(pair[2])
    for name, values in expected.items():
        if not near(outputs.get(name, []), values, **(tolerance or {})):
            return f'{name}: expected {values[:4]}, found {outputs.get(name, [])[:4]}'
    return ''


def check_json(answer, expected, tolerance=None):
    """Returns what is wrong with a row-format answer for one example, or an empty string."""
    row = json.loads(answer)['predictions'][0]
    for name, values in expected.items():
        found = row[name] if isinstance(row, dict) else row
        found = found if isinstance(found, list) else [found]
        if not near(found, values, **(tolerance or {})):
            return f'{name}: expected {values[:4]}, found {found[:4]}'
    return ''


def bench_case(bench_dir, name):
    """A model of the bench folder, asked for one example."""
    model = f'bench_{name}'
    golden = json.loads((bench_dir / 'models' / model / 'golden.json').read_text())[0]
    expected = {}
    for output, tensor in golden['outputs'].items():
        rows = tensor['shape'][0]
        expected[output] = tensor['data'][:len(tensor['data']) // rows]
    payloads = bench_dir / 'payloads' / model
    return {
        'name': name, 'model': model, 'model_dir': bench_dir / 'models' / model, 'clients': 16,
        'spec': str(bench_dir / 'engine' / 'specs' / model / 'spec.txt'), 'expected': expected,
        'tolerance': golden.get('tolerance', {}),
        'requests': [
            {'name': 'gRPC', 'protocol': 'grpc', 'model': model, 'file': str(payloads / 'predict.pb')},
            {'name': 'REST', 'protocol': 'rest', 'model': model, 'file': str(payloads / 'tfs.json')},
        ]}


def large_case(model_dir, folder):
    """One row of 150528 floats, an image's worth, in three encodings; the answer is small."""
    if not (model_dir / '1' / 'saved_model.pb').exists():
        sys.exit(f'no model with signature ragged_rows in {model_dir}: give --large-model, or --cases=tiny')
    model, signature = 'batch_probe', 'ragged_rows'
    seeded = random.Random(7)
    values = list(struct.unpack(
        f'<{LARGE_WIDTH}f', struct.pack(f'<{LARGE_WIDTH}f', *(seeded.uniform(1, 9.99) for _ in range(LARGE_WIDTH)))))
    shape = [1, LARGE_WIDTH]
    bodies = {
        'tensor_content': predict_request(model, signature, 'x', float_tensor(shape, values, False)),
        'float_val': predict_request(model, signature, 'x', float_tensor(shape, values, True)),
        'JSON': json.dumps({'signature_name': signature, 'instances': [values]}, separators=(',', ':')).encode(),
    }
    requests = []
    for name, body in bodies.items():
        file = folder / f'large.{name}'
        file.write_bytes(body)
        protocol = 'rest' if name == 'JSON' else 'grpc'
        requests.append({'name': name, 'protocol': protocol, 'model': model, 'file': str(file)})
    data = folder / 'large.bin'
    data.write_bytes(struct.pack(f'<{LARGE_WIDTH}f', *values))

    def make_spec(rest_port):
        """Asks the server for the names of the signature's nodes, which the raw loop needs."""
        url = f'http://127.0.0.1:{rest_port}/v1/models/{model}/metadata'
        with urllib.request.urlopen(url) as answer:
            described = json.load(answer)['metadata']['signature_def']['signature_def'][signature]
        spec = folder / 'large.spec'
        lines = []
        for tensor in described['inputs'].values():
            op, index = tensor['name'].split(':')
            lines.append(f'in {op} {index} {DT_FLOAT} 1 {LARGE_WIDTH} {data}')
        for name, tensor in described['outputs'].items():
            op, index = tensor['name'].split(':')
            lines.append(f'out {op} {index} {name}')
        spec.write_text('\n'.join(lines) + '\n')
        return str(spec)

    return {
        'name': 'large', 'model': model, 'model_dir': model_dir, 'clients': 4, 'decode': f'{signature}:x',
        'make_spec': make_spec, 'expected': {'sum': [sum(values)]}, 'requests': requests}
