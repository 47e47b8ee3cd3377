"""One fault: what it is, what must hold, and how it is tried beside the steady stream."""

import collections
import random
import shutil
import time
import traceback
from pathlib import Path

from server import MODELS, Dead, Server, half_plus_two, wait_until
from stream import MODEL, RIGHT, UNANSWERED, WRONG, Stream, Target, percentile_ms, right_since

ALONE_SECONDS = 3
SLACK_DESCRIPTORS = 4  # a connection of the stream may be counted twice while it is replaced
SLACK_THREADS = 8      # pools that grow when they are first used
SLACK_LOG = 1 << 20    # bytes; what clients do must not fill the disk
P99_FACTOR, P99_MORE_MS = 2, 4


class Skipped(Exception):
    """This machine cannot have the fault; says what is missing."""


class Fault:
    """What a module of faults defines. A fault that breaks its server, or needs flags, has one of its own;
    the others share one, so that damage that only shows later shows."""

    name = ''
    #: What is done, in words, for the table's reader.
    about = ''
    #: What the stream may see, besides right answers, from the fault's begin until all is well again.
    allowed = frozenset()
    #: Seconds after the fault within which all must be as before.
    recovery = 15
    #: MiB that the process may have more than before.
    memory = 256
    #: The stream's p99 must hold.
    judges_latency = False
    own_server = False
    #: Further models of its own server: folders below testdata/models, named as those.
    models = ()
    constants = (2.0,)
    #: The process is another one afterwards, so that its use of resources has nothing to be compared with.
    replaces_process = False

    def start(self, folder):
        """Starts the fault's own server; the default serves the stream's model and `models`."""
        return Server(folder, [f'--model_config_file={write_config(folder, self.models)}',
                               *self.flags(folder)])

    def flags(self, folder):
        return []

    def provoke(self, case):
        """Does it, and tells the case what it saw."""
        raise NotImplementedError

    def clean(self):
        """Undoes what outlives the processes, whatever happened; the server has been stopped."""


def write_config(folder, models=(), file='models.config'):
    """Lists the stream's model and others in a configuration file, as copies that can be harmed."""
    folder = Path(folder)
    if not (folder / 'models' / MODEL).exists():
        half_plus_two(folder / 'models')
    entries = []
    for model in [MODEL, *models]:
        name = Path(model).name
        base = folder / 'models' / name
        if not base.exists():
            shutil.copytree(MODELS / model, base)
        entries.append(f'  config {{ name: "{name}" base_path: "{base}" }}\n')
    path = folder / file
    whole = path.with_suffix('.new')
    whole.write_text('model_config_list {\n' + ''.join(entries) + '}\n')
    return whole.rename(path)  # a server may be reading it


class Case:
    """One try of a fault: its server, its stream, and what was seen."""

    def __init__(self, fault, server, folder, seed):
        self.fault, self.server, self.folder = fault, server, Path(folder)
        self.random = random.Random(f'{seed} {fault.name}')
        self.seen = collections.Counter()
        self.failures, self.notes, self.measures = [], [], {}
        self.broken = None  # when the server was gone, for a fault that replaces it

    # What faults call.

    def saw(self, what, times=1):
        """A client of the fault's own saw this."""
        self.seen[what] += times

    def expect(self, holds, otherwise):
        if not holds:
            self.failures.append(otherwise)
        return holds

    def note(self, text):
        self.notes.append(text)

    def target(self):
        return Target(self.server.grpc_port, self.server.rest_port, self.fault.constants,
                      namespace=self.server.namespace)

    @property
    def grpc(self):
        return '127.0.0.1', self.server.grpc_port

    @property
    def rest(self):
        return '127.0.0.1', self.server.rest_port

    # How it goes.

    def run(self):
        """Tries the fault and returns the table's row, as a dictionary."""
        stream = None
        try:
            stream = Stream(self.target())
            self._await_stream(stream)
            begin_alone = time.monotonic()
            time.sleep(ALONE_SECONDS)
            before = self.server.usage()
            logged = self.server.logged()
            begin = time.monotonic()
            self.fault.provoke(self)
            end = time.monotonic()
            recovered = self._recover(stream, before, end)
            grown = self.server.logged() - logged
            self.expect(grown <= SLACK_LOG, f'the log grew by {grown} bytes, at most {SLACK_LOG} expected')
            after_begin = time.monotonic()
            time.sleep(ALONE_SECONDS if self.fault.judges_latency else 0.2)
            records = stream.stop()
            stream = None
            self._judge(records, begin, end if recovered is None else end + recovered)
            self._judge_latency(records, (begin_alone, begin), (begin, end),
                                (after_begin, time.monotonic()))
            if recovered is not None and self.broken:
                recovered += end - self.broken
            return self._row(records, begin, end, recovered)
        finally:
            if stream:
                stream.kill()

    def _await_stream(self, stream):
        moment = time.monotonic()
        if wait_until(lambda: right_since(stream.records(), moment), 30, 0.1) is None:
            raise Dead(f'the stream has no right answer: {stream.records()[-3:]}')
        # A JVM's first requests are slow, and are not what is compared.
        time.sleep(1)

    def _recover(self, stream, before, end):
        """Returns the seconds until all was as before, or None."""
        def is_well():
            self.server.check_alive()
            return (self.server.ready() and right_since(stream.records(), end)
                    and not self._excess(before))
        taken = wait_until(is_well, self.fault.recovery, 0.05)
        if taken is None:
            self.server.check_alive()
            self.failures.append(
                f'not as before after {self.fault.recovery} s: ' + (self._excess(before)
                or ('ready, but the stream is not answered' if self.server.ready() else 'not ready')))
        after = self.server.usage()
        self.measures.update(before=before._asdict(), after=after._asdict())
        return taken

    def _excess(self, before):
        """Returns what the server holds more than before, in words; empty if nothing."""
        if self.fault.replaces_process:
            return ''
        now = self.server.usage()
        more = []
        if now.descriptors > before.descriptors + SLACK_DESCRIPTORS:
            more.append(f'{now.descriptors} descriptors, {before.descriptors} before')
        if now.threads > before.threads + SLACK_THREADS:
            more.append(f'{now.threads} threads, {before.threads} before')
        if now.rss_mb > before.rss_mb + self.fault.memory:
            more.append(f'{now.rss_mb:.0f} MiB, {before.rss_mb:.0f} before')
        return ', '.join(more)

    def _judge(self, records, begin, end):
        for each in records:
            if each.result == RIGHT:
                continue
            overlaps = each.begun < end and each.begun + each.seconds > begin
            if each.result == WRONG or not overlaps or each.result not in self.fault.allowed:
                self.failures.append(f'the stream saw "{each.result}" over {each.protocol}'
                                     f' {each.begun - begin:+.2f} s from the fault')

    def _judge_latency(self, records, *spans):
        alone, during, after = (percentile_ms(records, *span) for span in spans)
        alone = max(filter(None, (alone, after if self.fault.judges_latency else None)), default=None)
        self.measures.update(p99_alone_ms=alone, p99_during_ms=during)
        if self.fault.judges_latency and alone is not None:
            bound = P99_FACTOR * alone + P99_MORE_MS
            self.expect(during is not None and during <= bound,
                        f'the stream\'s p99 was {during or float("inf"):.1f} ms,'
                        f' at most {bound:.1f} expected')

    def _row(self, records, begin, end, recovered):
        results = collections.Counter(
            each.result for each in records if each.begun + each.seconds > begin)
        lost = results[WRONG] + results[UNANSWERED]
        return dict(
            fault=self.fault.name, about=self.fault.about, saw=dict(self.seen),
            stream=dict(results), lost=lost, seconds=round(end - begin, 2), recovery=recovered,
            verdict='FAIL' if self.failures else 'pass', failures=_few(self.failures),
            notes=self.notes, **self.measures)


def _few(failures, most=8):
    more = len(failures) - most
    return failures[:most] + ([f'and {more} more'] if more > 0 else [])


def try_fault(fault, folder, seed, shared=None):
    """Tries one fault on a server of its own, or on the one that `shared` gives; never throws. Returns
    the table's row."""
    folder = Path(folder)
    folder.mkdir(parents=True)
    server = case = None
    row = dict(fault=fault.name, about=fault.about, verdict='FAIL', failures=['was interrupted'], notes=[])
    try:
        server = shared() if shared else fault.start(folder)
        case = Case(fault, server, folder, seed)
        if not shared:
            server.wait_ready()
        row = case.run()
    except Skipped as e:
        row.update(verdict='skipped', failures=[], notes=[str(e)])
    except Exception as e:  # the suite's own fault or the server's: both belong into the table
        row.update(saw=dict(case.seen) if case else {},
                   failures=[*(case.failures if case else []), f'{type(e).__name__}: {e}'],
                   notes=[] if isinstance(e, Dead) else [traceback.format_exc()])
    finally:
        # The fault may have replaced its server.
        server = case.server if case else server
        if server and not shared:
            wrong = server.stop()
            if wrong and row['verdict'] != 'skipped':
                row.update(verdict='FAIL', failures=row['failures'] + wrong)
        fault.clean()
    return row
