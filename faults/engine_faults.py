"""Faults of models: damaged files, and runs that fail in native code."""

import json
import shutil
from pathlib import Path

from fault import Fault, write_config
from server import MODELS, Server, wait_until

TYPES = {'DT_FLOAT': 'FP32', 'DT_DOUBLE': 'FP64', 'DT_INT64': 'INT64', 'DT_INT32': 'INT32',
         'DT_STRING': 'BYTES'}


def infer(server, model, inputs, timeout=20):
    """Asks over the Open Inference Protocol; inputs are (name, datatype, shape, data)."""
    tensors = [dict(zip(('name', 'datatype', 'shape', 'data'), each)) for each in inputs]
    status, body = server.ask('POST', f'/v2/models/{model}/infer', json.dumps({'inputs': tensors}),
                              timeout=timeout)
    return status, body


def golden_inputs(model):
    """Returns inputs of a recorded request to the highest version, and the recorded outputs."""
    highest = max(int(each.name) for each in (MODELS / model).iterdir() if each.is_dir())
    case = next(each for each in json.loads((MODELS / model / 'golden.json').read_text())
                if each['version'] == highest and each['signature'] == 'serving_default')
    return [(name, TYPES[each['dtype']], each['shape'], each['data'])
            for name, each in case['inputs'].items()], case['outputs']


class CorruptFiles(Fault):
    """Damaged copies of a model are published beside the whole one, all at once."""

    own_server = True
    recovery = 30
    memory = 400
    FLIPS = 8
    CUTS = (0.0, 0.02, 0.3, 0.6, 0.95)
    ANSWERED = {200, 400, 404, 412, 429, 500, 501, 503}

    def __init__(self, name, model, files):
        self.name, self.model, self.damaged_files = name, model, files
        self.about = (f'{model} cut off at {len(self.CUTS)} places and with flipped bits at {self.FLIPS}, in'
                      f' {" and ".join(files)}, loaded beside itself and the stream\'s model')

    def start(self, folder):
        write_config(folder, [self.model])
        return Server(folder, [f'--model_repository={folder}/models', '--max_num_load_retries=0'])

    def provoke(self, case):
        mutants = self._make(case)
        for each in mutants:
            (case.folder / 'mutants' / each).rename(case.folder / 'models' / each)
        states = {}
        taken = wait_until(lambda: self._all_decided(case, mutants, states), 90, 0.5)
        undecided = [each for each in mutants if states.get(each) not in ('AVAILABLE', 'END')]
        case.expect(taken is not None, f'neither loaded nor failed after 90 s: {undecided}')
        inputs, expected = golden_inputs(self.model)
        for each in mutants:
            case.expect(not each.endswith('-whole') or states.get(each) == 'AVAILABLE',
                        f'{each} is not damaged and is {states.get(each)}')
            status, _ = infer(case.server, each, inputs)
            case.saw(f'{states.get(each)}: {status}')
            case.expect(status in self.ANSWERED, f'{each} is answered {status}')
            case.server.check_alive()
        status, body = infer(case.server, self.model, inputs)
        case.expect(status == 200 and is_golden(body, expected), f'the whole model answers {status}: {body[:200]}')
        for each in mutants:
            (case.folder / 'models' / each).rename(case.folder / 'mutants' / each)
        gone = wait_until(lambda: not any(
            state != 'END' for each in mutants for state in case.server.states(each).values()), 20, 0.5)
        case.expect(gone is not None, 'damaged models that were removed are still there')

    def _make(self, case):
        names = []
        for file in self.damaged_files:
            source = next((MODELS / self.model).glob(f'*/{file}'))
            whole = source.read_bytes()
            # The whole one shows that it is the damage that ends the others.
            damages = [('whole', whole)]
            damages += [(f'cut{int(100 * part)}', whole[:int(len(whole) * part)]) for part in self.CUTS]
            damages += [(f'flip{n}', self._flip(whole, case.random)) for n in range(self.FLIPS)]
            for kind, content in damages:
                name = f'{self.model}-{Path(file).suffix[1:8]}-{kind}'
                target = case.folder / 'mutants' / name / '1'
                shutil.copytree(source.parents[file.count('/')], target)
                (target / file).write_bytes(content)
                names.append(name)
        return names

    @staticmethod
    def _flip(whole, random):
        """Flips bits at one to eight places."""
        damaged = bytearray(whole)
        for _ in range(random.randint(1, 8)):
            damaged[random.randrange(len(damaged))] ^= 1 << random.randrange(8)
        return bytes(damaged)

    @staticmethod
    def _all_decided(case, mutants, states):
        case.server.check_alive()
        for each in mutants:
            if states.get(each) not in ('AVAILABLE', 'END'):
                states[each] = case.server.states(each).get(1)
        return all(states[each] in ('AVAILABLE', 'END') for each in mutants)


def is_golden(body, expected):
    """Returns true if all numbers of an answer are those expected, nearly."""
    outputs = {each['name']: each['data'] for each in json.loads(body)['outputs']}
    return all(
        abs(found - wanted) <= 1e-5 + 1e-4 * abs(wanted) if isinstance(wanted, float) else found == wanted
        for name, each in expected.items() for found, wanted in zip(outputs[name], each['data'], strict=True))


class NativeErrors(Fault):
    name = 'native-errors'
    about = ('runs that fail in TensorFlow, ONNX Runtime and libtorch: assertions, indices, shapes and memory'
             ' that nobody has; between them good ones of the same models')
    own_server = True
    models = ('runtime_error', 'onnx/runtime_errors', '../torchscript/picky', '../torchscript/matmul',
              '../torchscript/hungry')
    memory = 400
    ROUNDS = 40
    TERA = 1 << 40

    #: Model, inputs, signature, what is answered; None: an error.
    CALLS = [
        ('runtime_error', [('x', 'FP32', [2], [1.0, 1.0])], [0.0, 0.0]),
        ('runtime_error', [('x', 'FP32', [2], [1.0, -2.5])], None),
        ('runtime_errors', [('index', 'INT64', [], [1]), ('shape', 'INT64', [1], [2])], [2.0, 2.0]),
        ('runtime_errors', [('index', 'INT64', [], [99]), ('shape', 'INT64', [1], [2])], None),
        ('runtime_errors', [('index', 'INT64', [], [1]), ('shape', 'INT64', [2], [TERA, 4])], None),
        ('runtime_errors', [('index', 'INT64', [], [1]), ('shape', 'INT64', [1], [-7])], None),
        ('picky', [('x', 'FP32', [1], [4.0])], [2.0]),
        ('picky', [('x', 'FP32', [1], [-4.0])], None),
        ('matmul', [('x', 'FP32', [1, 2], [1.0, 2.0]), ('y', 'FP32', [2, 1], [3.0, 4.0])], [11.0]),
        ('matmul', [('x', 'FP32', [1, 2], [1.0, 2.0]), ('y', 'FP32', [1, 2], [3.0, 4.0])], None),
        ('hungry', [('x', 'INT64', [1], [3])], [0.0, 0.0, 0.0]),
        ('hungry', [('x', 'INT64', [1], [TERA * 100])], None),
        ('hungry', [('x', 'INT64', [1], [-1])], None),
    ]

    def provoke(self, case):
        for number in range(self.ROUNDS):
            for model, inputs, expected in self.CALLS:
                status, body = infer(case.server, model, inputs)
                case.saw(f'HTTP {status}' if status else 'no answer')
                self._judge(case, f'round {number}, {model} {inputs}', status, body, expected)
                case.server.check_alive()
        for signature, body in (('pick', {'inputs': [0, 3]}), ('parse', {'inputs': ['abc']})):
            status, _ = case.server.ask('POST', '/v1/models/runtime_error:predict',
                                        json.dumps({'signature_name': signature, **body}))
            case.saw(f'HTTP {status}')
            case.expect(status == 400, f'runtime_error, {signature}: {status}')

    @staticmethod
    def _judge(case, what, status, body, expected):
        if expected is None:
            case.expect(400 <= status < 600 and 'error' in json.loads(body), f'{what}: {status} {body[:200]}')
        elif case.expect(status == 200, f'{what}: {status} {body[:200]}'):
            found = json.loads(body)['outputs'][0]['data']
            case.expect(found == expected, f'{what}: {found}, expected {expected}')


FAULTS = [
    CorruptFiles('corrupt-tensorflow', 'half_plus_two_tf2',
                 ['saved_model.pb', 'variables/variables.index', 'variables/variables.data-00000-of-00001']),
    CorruptFiles('corrupt-onnx', 'wine_sklearn_onnx', ['model.onnx']),
    CorruptFiles('corrupt-torchscript', 'wine_torchscript', ['model.pt']),
    CorruptFiles('corrupt-xgboost', 'trees_xgb_binary', ['model.json']),
    CorruptFiles('corrupt-xgboost-ubj', 'trees_xgb_binary_ubj', ['model.ubj']),
    CorruptFiles('corrupt-lightgbm', 'trees_lgb_binary', ['model.txt']),
    NativeErrors(),
]
