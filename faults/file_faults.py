"""Faults of files: full disks, and model directories that go away or turn into something else."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from fault import Fault, Skipped, write_config
from server import MODELS, Server, cache_without_onnx, publish, unpacked_engines, wait_until

BASE = 'half_plus_two'
TREES = 'trees_xgb_binary'


class Disk:
    """A small file system in memory."""

    def __init__(self, path, options):
        self.path = Path(path)
        self.path.mkdir()
        self._mount('-t', 'tmpfs', '-o', options, 'tmpfs', str(self.path))

    @staticmethod
    def _mount(*arguments):
        done = subprocess.run(['mount', *arguments], capture_output=True, text=True)
        if done.returncode:
            raise Skipped(f'cannot mount: {done.stderr.strip()}')

    def resize(self, options):
        self._mount('-o', f'remount,{options}', str(self.path))

    def fill(self, name='filler'):
        """Takes all that is left."""
        with open(self.path / name, 'wb', buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass

    def take_files(self, leave):
        """Makes empty files until only so many more are possible."""
        made = []
        try:
            while True:
                made.append(self.path / f'empty-{len(made)}')
                made[-1].touch()
        except OSError:
            made.pop()
        for each in made[:leave]:
            each.unlink()

    def unmount(self):
        # Lazily, since a process that could not be stopped must not keep it.
        subprocess.run(['umount', '-l', str(self.path)], check=False)


class FullDiskFault(Fault):
    """Has a disk of its own, which goes away with it."""

    own_server = True
    disk = None

    def clean(self):
        if self.disk:
            self.disk.unmount()


class FullCache(FullDiskFault):
    about = 'the cache is on a full disk when an ONNX model is first loaded; then there is room'
    models = (TREES,)
    recovery = 20
    memory = 400  # an engine is loaded at last

    def __init__(self, name, small, large, message):
        self.name, self.small, self.large, self.message = name, small, large, message

    def start(self, folder):
        self.disk = Disk(folder / 'cache', self.small)
        cache_without_onnx(self.disk.path)
        if 'nr_inodes' in self.small:
            self.disk.take_files(leave=1)
        return serve_with_cache(folder, self.models, self.disk.path)

    def provoke(self, case):
        write_config(case.folder, [*self.models, 'wine_sklearn_onnx'])
        said = wait_until(lambda: self.message in case.server.log.read_text(errors='replace'), 10, 0.1)
        case.expect(said is not None, f'the log does not say "{self.message}"')
        status, _ = ask(case, 'wine_sklearn_onnx', {'inputs': {'X': [[13.0] * 13]}})
        case.saw(f'without room: HTTP {status}')
        case.expect(status in (404, 503), f'a model that cannot be loaded is answered {status}')
        left = list((self.disk.path / 'sluice').glob('unpacking-*'))
        self.disk.resize(self.large)
        taken = case.server.wait_state('wine_sklearn_onnx', 1, 'AVAILABLE', 20)
        if case.expect(taken is not None, 'not loaded when there was room'):
            case.note(f'served {taken:.1f} s after there was room')
            status, _ = ask(case, 'wine_sklearn_onnx', {'inputs': {'X': [[13.0] * 13]}})
            case.saw(f'with room: HTTP {status}')
            case.expect(status == 200, f'answered {status} when loaded')
        after = list((self.disk.path / 'sluice').glob('unpacking-*'))
        case.expect(not after, f'partly unpacked files stay: {after}')
        case.note(f'{len(left)} partly unpacked while full, {len(after)} afterwards')


def serve_with_cache(folder, models, cache):
    """Starts a server that takes further models from its file when they are written there."""
    return Server(folder, [
        f'--model_config_file={write_config(folder, models)}', '--model_config_file_poll_wait_seconds=1',
        '--load_retry_interval_micros=500000', '--max_num_load_retries=1000'],
        env={'XDG_CACHE_HOME': str(cache)})


class DamagedCache(Fault):
    name = 'damaged-cache'
    about = 'the unpacked ONNX Runtime has lost half of its bytes when it is first needed'
    own_server = True
    memory = 400

    def start(self, folder):
        home = cache_without_onnx(folder / 'cache')
        whole = next(unpacked_engines().glob('onnxruntime-*'), None)
        if whole is None:
            raise Skipped('needs ONNX Runtime unpacked, as by a server that has served such a model')
        shutil.copytree(whole, home / whole.name)
        for file in (home / whole.name).iterdir():
            os.truncate(file, file.stat().st_size // 2)
        return serve_with_cache(folder, (), folder / 'cache')

    def provoke(self, case):
        write_config(case.folder, ['wine_sklearn_onnx'])
        taken = case.server.wait_state('wine_sklearn_onnx', 1, 'AVAILABLE', 20)
        if case.expect(taken is not None, 'not loaded: the damaged library is not replaced'):
            case.note(f'served after {taken:.1f} s')
        status, _ = ask(case, 'wine_sklearn_onnx', {'inputs': {'X': [[13.0] * 13]}})
        case.saw(f'HTTP {status}')
        case.expect(status == 200, f'answered {status}')
        left = [each.name for each in (case.folder / 'cache/sluice').glob('unpacking-*')]
        case.expect(not left, f'put aside and not removed: {left}')


def ask(case, model, body):
    return case.server.ask('POST', f'/v1/models/{model}:predict', json.dumps(body))


class FullLog(FullDiskFault):
    name = 'full-disk-log'
    about = 'standard error goes to a full disk while versions come and go; then there is room'
    constants = (2.0, 3.0)

    def start(self, folder):
        self.disk = Disk(folder / 'logs', 'size=256k')
        return Server(folder, [f'--model_config_file={write_config(folder)}'],
                      log=self.disk.path / 'server.log')

    def provoke(self, case):
        with open(case.server.log, 'ab') as log:
            # No line must find room in a page that has begun.
            log.write(b'-' * (-log.tell() % 4096 - 1) + b'\n')
        self.disk.fill()
        written = case.server.log.stat().st_size
        base = case.folder / 'models' / BASE
        publish(MODELS / BASE / '2', base, 2)
        case.expect(case.server.wait_state(BASE, 2, 'AVAILABLE') is not None,
                    'version 2 is not loaded while the log cannot be written')
        retract(base, 2)
        case.expect(case.server.wait_state(BASE, 1, 'AVAILABLE') is not None,
                    'version 1 does not come back while the log cannot be written')
        case.expect(case.server.log.stat().st_size == written, 'the disk was not full: nothing is tried')
        (self.disk.path / 'filler').unlink()
        publish(MODELS / BASE / '2', base, 2)
        case.expect(case.server.wait_state(BASE, 2, 'AVAILABLE') is not None, 'version 2 is not loaded')
        again = wait_until(lambda: case.server.log.stat().st_size > written + 100, 5)
        case.expect(again is not None, 'nothing is logged when there is room again')
        case.saw('lines lost while full, logged again with room')


class ClosedLog(Fault):
    name = 'log-reader-gone'
    about = 'standard error is a pipe whose reader goes away while versions come and go'
    own_server = True
    constants = (2.0, 3.0)

    def start(self, folder):
        pipe = folder / 'log.pipe'
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        server = Server(folder, [f'--model_config_file={write_config(folder)}'], log=pipe)
        server.reader = reader
        server.log = folder / 'log.txt'  # as far as it was read
        server.log.touch()
        server.log_is_read = False
        return server

    def provoke(self, case):
        case.server.log.write_bytes(os.read(case.server.reader, 1 << 16))
        os.close(case.server.reader)
        base = case.folder / 'models' / BASE
        publish(MODELS / BASE / '2', base, 2)
        case.expect(case.server.wait_state(BASE, 2, 'AVAILABLE') is not None,
                    'version 2 is not loaded when nobody reads the log')
        retract(base, 2)
        case.expect(case.server.wait_state(BASE, 1, 'AVAILABLE') is not None,
                    'version 1 does not come back when nobody reads the log')


def retract(base, version):
    """Takes a version away at once, as it came."""
    hidden = Path(base) / f'.gone-{version}-{time.monotonic_ns()}'
    (Path(base) / str(version)).rename(hidden)
    shutil.rmtree(hidden)


class FullModelDisk(FullDiskFault):
    name = 'full-disk-models'
    about = 'a copy of a new version stops half-way for want of room; then it is finished'
    constants = (2.0, 3.0)

    def start(self, folder):
        (folder / 'models').mkdir()
        self.disk = Disk(folder / 'models' / BASE, 'size=400k')
        publish(MODELS / BASE / '1', self.disk.path, 1)
        return super().start(folder)

    def flags(self, folder):
        return ['--load_retry_interval_micros=500000', '--max_num_load_retries=3']

    def provoke(self, case):
        self.disk.fill()
        os.truncate(self.disk.path / 'filler', (self.disk.path / 'filler').stat().st_size - 8192)
        source, target = MODELS / BASE / '2', self.disk.path / '2'
        copy = subprocess.run(['cp', '-r', str(source), str(target)], capture_output=True)
        case.expect(copy.returncode != 0, 'the copy did not run out of room: nothing is tried')
        time.sleep(4)  # four looks: what stands still for so long counts as whole
        states = case.server.states(BASE)
        case.saw(f'half a copy: version 1 {states.get(1)}, version 2 {states.get(2, "not noticed")}')
        case.expect(states.get(1) == 'AVAILABLE' and states.get(2) != 'AVAILABLE',
                    f'expected version 1 alone, found {states}')
        (self.disk.path / 'filler').unlink()
        subprocess.run(['cp', '-r', f'{source}/.', str(target)], check=True)
        taken = case.server.wait_state(BASE, 2, 'AVAILABLE', 20)
        if case.expect(taken is not None, 'the finished copy is not loaded'):
            case.note(f'loaded {taken:.1f} s after the copy was whole')


class DirectoryGone(Fault):
    """The model's base path becomes something else for a while."""

    own_server = True
    constants = (2.0, 3.0)
    SECONDS = 3

    def __init__(self, name, about, replace):
        self.name, self.about, self.replace = name, about, replace

    def start(self, folder):
        config = write_config(folder)
        # Root reads whatever it likes, unless it may not.
        return Server(folder, [f'--model_config_file={config}'],
                      prefix=['setpriv', '--bounding-set=-dac_override,-dac_read_search'])

    def provoke(self, case):
        base = case.folder / 'models' / BASE
        hidden = case.folder / 'hidden'
        base.rename(hidden)
        self.replace(base, hidden)
        try:
            time.sleep(self.SECONDS)
            states = case.server.states(BASE)
            case.saw(f'version 1 {states.get(1)} meanwhile')
            case.expect(states == {1: 'AVAILABLE'}, f'expected version 1 to stay, found {states}')
        finally:
            undo(base)
            hidden.rename(base)
        publish(MODELS / BASE / '2', base, 2)
        taken = case.server.wait_state(BASE, 2, 'AVAILABLE', 15)
        if case.expect(taken is not None, 'a new version is not found when the directory is back'):
            case.note(f'version 2 loaded {taken:.1f} s after the directory was back')


def undo(base):
    if base.is_symlink() or base.is_file():
        base.unlink()
    elif base.exists():
        base.chmod(0o755)
        base.rmdir()


def unreadable(base, hidden):
    base.mkdir()
    base.chmod(0)


def loop(base, hidden):
    base.symlink_to(base.name)


class RepositoryGone(Fault):
    name = 'repository-gone'
    about = 'the directory of --model_repository vanishes for a while'
    own_server = True
    constants = (2.0, 3.0)

    def start(self, folder):
        write_config(folder, [TREES])
        return Server(folder, [f'--model_repository={folder}/models'])

    def provoke(self, case):
        root, hidden = case.folder / 'models', case.folder / 'hidden'
        root.rename(hidden)
        time.sleep(4)
        states = [case.server.states(BASE), case.server.states(TREES)]
        hidden.rename(root)
        case.saw(f'models {[list(each.values()) for each in states]} meanwhile')
        case.expect(states == [{1: 'AVAILABLE'}] * 2, f'expected both models to stay, found {states}')
        publish(MODELS / BASE / '2', root / BASE, 2)
        taken = case.server.wait_state(BASE, 2, 'AVAILABLE', 15)
        case.expect(taken is not None, 'a new version is not found when the directory is back')


FAULTS = [
    FullCache('full-disk-cache', 'size=1m', 'size=200m', 'bytes of disk'),
    # There seems to be room, and there is none when the files are written.
    FullCache('full-disk-unpacking', 'size=200m,nr_inodes=50', 'size=200m,nr_inodes=1000',
              'No space left on device'),
    DamagedCache(),
    FullLog(),
    ClosedLog(),
    FullModelDisk(),
    DirectoryGone('directory-vanishes', 'the model\'s directory is renamed away and comes back',
                  lambda base, hidden: None),
    DirectoryGone('directory-unreadable', 'the model\'s directory may not be read, then it may again',
                  unreadable),
    DirectoryGone('directory-is-file', 'a file stands where the model\'s directory was',
                  lambda base, hidden: base.write_text('no directory')),
    DirectoryGone('directory-loops', 'a symbolic link to itself stands where the model\'s directory was',
                  loop),
    RepositoryGone(),
]
