"""What e2e.py and batching.py share: servers pinned to one core, the load generator on another, and
the raw engine loop. bench/README.md says what the folder with the tools must hold."""

import fcntl
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from e2e_payloads import check_json, check_predict_response

ROOT = Path(__file__).resolve().parent.parent
PREDICT = '/tensorflow.serving.PredictionService/Predict'
START_SECONDS = 60
RAW_CORES = 0.9  # of which the raw loop should have had so much


class Process:
    """A server pinned to one core; its tag lets the load generator find it in /proc."""

    def __init__(self, name, command, cpu, log_folder):
        self.tag = f'{name}-{os.getpid()}-{time.monotonic_ns()}'
        self.log = Path(log_folder) / f'{name}.log'
        env = dict(os.environ, BENCH_TAG=self.tag, TF_CPP_MIN_LOG_LEVEL='3')
        self.started = time.monotonic()
        with open(self.log, 'w') as log:
            self.process = subprocess.Popen(
                ['taskset', '-c', cpu, *command], env=env, stdout=log, stderr=subprocess.STDOUT)
        # Every command here replaces its process by the server's, so this is the server's.
        self.pid = self.process.pid

    def fail_if_dead(self):
        if self.process.poll() is not None:
            sys.exit(f'{self.tag} ended with {self.process.returncode}:\n{self.log.read_text()[-2000:]}')

    def pause(self):
        """Takes the core from it: an idle JVM is not quite idle."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        if self.process.poll() is None:
            self.resume()
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Load:
    """The load generator, pinned to a core of its own."""

    def __init__(self, binary, cpu):
        self.cpu = cpu
        self.command = ['taskset', '-c', cpu, str(binary)]

    def target(self, ports, request):
        """The arguments that send a request to a server at (gRPC port, HTTP port)."""
        if request['protocol'] == 'grpc':
            return ['-url', f'127.0.0.1:{ports[0]}', '-grpc', PREDICT, '-body', request['file']]
        url = f'http://127.0.0.1:{ports[1]}/v1/models/{request["model"]}:predict'
        return ['-url', url, '-body', request['file']]

    def once(self, ports, request):
        """One request; returns the answer's bytes, or None and why not."""
        done = subprocess.run(
            [*self.command, *self.target(ports, request), '-once'], capture_output=True)
        return (done.stdout, '') if done.returncode == 0 else (None, done.stdout + done.stderr)

    def run(self, process, ports, request, clients, seconds, warm, refusals=False):
        running = self.begin(process, ports, request, clients, seconds, warm)
        return self.result(process, running, refusals)

    def begin(self, process, ports, request, clients, seconds, warm):
        """Starts a closed loop; result waits for its end."""
        return subprocess.Popen(
            [*self.command, *self.target(ports, request), '-tag', process.tag, '-c', str(clients),
             '-d', str(seconds), '-w', str(warm)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def result(self, process, running, refusals=False):
        output, _ = running.communicate()
        try:
            result = json.loads(output)
        except ValueError:
            process.fail_if_dead()
            sys.exit(f'load generator failed: {output}')
        if not result['procs']:
            sys.exit(f'{process.tag}: no process of that tag, so no CPU time to read')
        if result['errors'] and not refusals:
            sys.exit(f'{process.tag}: {result["errors"]} errors, first: {result.get("first_error")}')
        if not result['n']:
            print(f'  {process.tag} gave no answer at all', file=sys.stderr)
            result.update(dict.fromkeys(('cpu_us_per_req', 'p50_ms', 'p99_ms'), float('inf')))
        return result

    def memory(self, process):
        done = subprocess.run(
            [*self.command, '-mem', '-tag', process.tag], capture_output=True, text=True)
        return json.loads(done.stdout)['pss_mb']


def free_ports(count, first=0):
    """Ports that nobody listens on now, so that no answer can come from somebody else's server:
    any, or the lowest from first on."""
    sockets = []
    while len(sockets) < count:
        each = socket.socket()
        try:
            each.bind(('127.0.0.1', first))
            sockets.append(each)
        except OSError:
            each.close()
            if not first:
                raise
        first += 1 if first else 0
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def wait_for_turn():
    """Two runs at once would measure each other. Returns a lock that is held until it is closed."""
    lock = open(Path(tempfile.gettempdir()) / 'sluice-e2e.lock', 'w')
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print('waiting for another run to end', file=sys.stderr)
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def raw_loop(bench_dir, case, cpu, seconds, batches=(1,)):
    """Runs the model through the C API on the calling thread. Returns CPU microseconds of one run
    for each batch size; says so if the loop had less than its core, since what it read is no use."""
    env = dict(os.environ, BATCHES=' '.join(map(str, batches)), TF_CPP_MIN_LOG_LEVEL='3')
    done = subprocess.run(
        ['taskset', '-c', cpu, str(bench_dir / 'engine' / 'tfrun'), str(case['model_dir'] / '1'),
         case['spec'], '1', '1', '1', str(seconds)], capture_output=True, text=True, env=env)
    try:
        results = [json.loads(line) for line in done.stdout.splitlines()]
        if not results:
            raise ValueError
    except ValueError:
        sys.exit(f'raw engine loop failed: {done.stdout}{done.stderr}')
    cores = min(each['cores'] for each in results)
    if cores < RAW_CORES:
        print(f'  raw loop of {case["name"]} had only {cores} of its core', file=sys.stderr)
    micros = {each['batch']: each['us_per_run'] * min(1.0, each['cores']) for each in results}
    return micros, cores >= RAW_CORES


def serve_command(case, ports, extra):
    return [str(ROOT / 'sluice'), 'serve', f'--port={ports[0]}', f'--rest_api_port={ports[1]}',
            f'--model_name={case["model"]}', f'--model_base_path={case["model_dir"].resolve()}', *extra]


def java_binary():
    done = subprocess.run([str(ROOT / 'sluice'), 'java-home'], capture_output=True, text=True, check=True)
    return done.stdout.strip() + '/bin/java'


def echo_command(case, ports, answers):
    lib = ROOT / 'bench' / 'target' / 'lib'
    command = [java_binary(), f'@{ROOT}/dist/jvm.options', '-cp', f'{ROOT}/bench/target/classes:{lib}/*',
               'dev.sluice.bench.EchoServer', f'--port={ports[0]}', f'--rest_api_port={ports[1]}',
               f'--grpc_answer={answers["grpc"]}', f'--rest_answer={answers["rest"]}']
    return command + ([f'--decode={case["decode"]}'] if case.get('decode') else [])


def first_answer(process, load, ports, request):
    """Waits for the first good answer; returns it and the seconds since the process was started."""
    why = b''
    while time.monotonic() - process.started < START_SECONDS:
        answer, why = load.once(ports, request)
        process.fail_if_dead()
        if answer is not None:
            return answer, time.monotonic() - process.started
        time.sleep(0.01)
    sys.exit(f'{process.tag} gave no answer in {START_SECONDS} s: {why[-300:]!r}\n'
             f'{process.log.read_text()[-2000:]}')


def compare_with_golden(case, answers):
    """Refuses to time a server that answers wrongly."""
    for request in case['requests']:
        answer = answers[request['name']]
        wrong = (check_predict_response if request['protocol'] == 'grpc' else check_json)(
            answer, case['expected'], case.get('tolerance'))
        if wrong:
            sys.exit(f'{case["name"]}, {request["name"]}: wrong answer: {wrong}')


def record_answers(case, serve, load, ports, folder):
    """Sends every request once; keeps the answers as files for the echo server."""
    answers = {}
    for request in case['requests']:
        # Tried again if refused: with an objective a server may not yet know how fast it is.
        answers[request['name']], _ = first_answer(serve, load, ports, request)
    compare_with_golden(case, answers)
    files = {}
    for request in case['requests']:
        files[request['protocol']] = str(folder / f'{case["name"]}.{request["protocol"]}.answer')
        Path(files[request['protocol']]).write_bytes(answers[request['name']])
    return files


def spread(values, digits=1):
    middle = statistics.median(values)
    if len(values) == 1:
        return f'{middle:.{digits}f}'
    return f'{middle:.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})'


