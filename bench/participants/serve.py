# The participants' side of the protocol: a line with a number of turns comes in, a line with nanoseconds of processor time,
# nanoseconds by the clock and a checksum goes out. For "latency N" it is the nanoseconds of each of N turns.
import sys
import time

# The clock of another process that does a part of the job, and what was measured so far.
partner = None
_spent = [0, 0]
_begun = [0, 0]


def _times():
    others = time.clock_gettime_ns(partner) if partner is not None else 0
    return [time.process_time_ns() + others, time.perf_counter_ns()]


def start_watch():
    """What stands between stop_watch and start_watch is not measured."""
    _begun[:] = _times()


def stop_watch():
    _spent[:] = [spent + now - begun for spent, now, begun in zip(_spent, _times(), _begun)]


def clock_of(pid):
    """CPUCLOCK_SCHED of clock_getcpuclockid(3)."""
    return (~pid << 3) | 2


def requests():
    """The lines of the input: whether it asks for latencies, and the number of turns."""
    while line := sys.stdin.readline():
        words = line.split()
        yield len(words) > 1, int(words[-1])


def begin():
    _spent[:] = [0, 0]
    start_watch()


def answer(total):
    stop_watch()
    print(*_spent, total, flush=True)


def serve(job):
    for latency, count in requests():
        if latency:
            print(*(timed(job) for _ in range(count)), flush=True)
            continue
        begin()
        answer(job(count))


def timed(job):
    begun = time.perf_counter_ns()
    job(1)
    return time.perf_counter_ns() - begun
