"""An interrupt is raised, or remembered where raising it was in vain."""

from __future__ import annotations

import contextlib
import signal
import threading
from pathlib import Path

import pytest

from rewardsim.experiments.interrupts import remembered
from rewardsim.experiments.replays.replay import replay
from rewardsim.transactions import import_transactions

DATA = Path(__file__).resolve().parents[2] / "data"


@contextlib.contextmanager
def handled_by(handler: object) -> object:  # type: ignore[misc]
    before = signal.signal(signal.SIGINT, handler)  # type: ignore[arg-type]
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def test_without_an_interrupt_nothing_happens() -> None:
    before = signal.getsignal(signal.SIGINT)
    with remembered() as check:
        check()
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_is_raised_where_it_happens_and_at_the_next_check() -> None:
    with handled_by(signal.default_int_handler), remembered() as check:
        with contextlib.suppress(KeyboardInterrupt):  # as the garbage collector does
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            check()


def test_the_handler_there_was_is_called_and_put_back() -> None:
    seen: list[int] = []

    def own(number: int, _: object) -> None:
        seen.append(number)

    with handled_by(own):
        with pytest.raises(KeyboardInterrupt), remembered() as check:
            signal.raise_signal(signal.SIGINT)
            assert seen == [signal.SIGINT]
            check()
        assert signal.getsignal(signal.SIGINT) is own


def test_where_interrupts_are_ignored_they_stay_so() -> None:
    with handled_by(signal.SIG_IGN), remembered() as check:
        signal.raise_signal(signal.SIGINT)
        check()


def test_another_thread_is_left_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    found: list[object] = []

    def work() -> None:
        with remembered() as check:
            check()
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [before]


def test_a_replay_that_was_interrupted_in_vain_leaves_nothing(tmp_path: Path) -> None:
    def swallow(*_: int) -> None:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    events = import_transactions(DATA / "samples" / "reward-mi-events.csv", DATA / "mappings" / "generic.toml").events
    with handled_by(signal.default_int_handler), pytest.raises(KeyboardInterrupt):
        replay(DATA / "programmes" / "reward-mi.toml", events, engine="interpreted", out=tmp_path, progress=swallow)
    assert not list(tmp_path.glob("[!.]*"))
