"""Memory that is refused is asked for again later and nothing is lost; the sanitizer finds nothing."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from export.native.stories import assert_same, native
from export.native.test_parity import conform
from rewardsim.export.native import library as lib
from rewardsim.export.native.build import NativeError, build_native, write_terms
from rewardsim.export.native.library import REALLOCATE, Library, NativeBook, NativeStatus
from rewardsim.export.native.terms import terms_bytes
from rewardsim.export.native.vectors import Story, Told, tell, write_vectors

TRIES = 10_000
MANY = 1 << 40


class Memory:
    """malloc's memory, every ``nth`` request refused, or the one after ``spare`` more; counts what is held."""

    def __init__(self, nth: int = 0) -> None:
        self.nth, self.asked, self.held, self.spare = nth, 0, 0, -1
        c = ctypes.CDLL(None)
        c.realloc.restype, c.realloc.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_size_t]
        c.free.argtypes = [ctypes.c_void_p]
        self._c = c
        self.call = REALLOCATE(self._reallocate)

    def _reallocate(self, _: Any, memory: int | None, size: int) -> int | None:
        if size == 0:
            self._c.free(memory)
            self.held -= 1
            return None
        self.asked += 1
        self.spare -= 1
        if self.spare == -1 or (self.nth and self.spare < 0 and self.asked % self.nth == 0):
            return None
        self.held += memory is None
        return int(self._c.realloc(memory, size))


def patiently(call: Callable[[], Any]) -> Any:
    """Repeat a call until it gets its memory."""
    for _ in range(TRIES):
        try:
            return call()
        except NativeStatus as refused:
            assert refused.status == lib.NO_MEMORY
    raise AssertionError("no end of it")


def told_with(library: Library, story: Story, memory: Memory) -> Told:
    """The story, told one event at a time with little memory."""
    memory.spare = MANY
    book = NativeBook(library, terms_bytes(story.law), [], 0, rank=story.rank, reallocate=memory.call)
    memory.spare = -1
    for name in story.ids:
        patiently(lambda name=name: book.add_member(name))
    patiently(lambda: book.add_orders(story.orders))
    parts = []
    for i in range(len(story.events)):
        parts.append(patiently(lambda i=i: book.apply(story.events[i : i + 1], story.lines)))
        if i % 100 == 50:
            memory.spare = MANY
            book.restore(book.save())
            memory.spare = -1
    parts.append((np.zeros(0, lib.OUTCOME), *patiently(lambda: book.finish(story.until))))
    members = [book.account(m) for m in range(len(story.ids))]
    outcomes, entries, notes = (np.concatenate([part[place] for part in parts]) for place in range(3))
    told = Told(outcomes, entries, notes, members, patiently(book.digest))
    book.close()
    return told


@pytest.mark.parametrize("nth", [2, 3, 5])
@pytest.mark.parametrize("name", ["phases", "busy"])
def test_refused_memory_loses_nothing(name: str, nth: int, library: Library, request: pytest.FixtureRequest) -> None:
    story, memory = request.getfixturevalue(name), Memory(nth)
    assert_same(told_with(library, story, memory), tell(story, "compiled"))
    assert memory.asked > 20
    assert memory.held == 0


def test_a_book_opens_whole_or_not_at_all(library: Library, phases: Story) -> None:
    """Whichever request for memory is the one refused, nothing stays behind."""
    memory = Memory()
    with_all = NativeBook(library, terms_bytes(phases.law), phases.ids[:3], 2, rank=phases.rank)
    saved = with_all.save()
    for spare in range(60):
        memory.spare = spare
        try:
            book = NativeBook(library, terms_bytes(phases.law), [], 0, rank=phases.rank, reallocate=memory.call)
        except NativeStatus as refused:
            assert refused.status == lib.NO_MEMORY
            assert memory.held == 0
            continue
        held, memory.spare = memory.held, spare
        try:
            book.restore(saved)
        except NativeStatus as refused:
            assert refused.status == lib.NO_MEMORY
            assert memory.held == held
        book.close()
        assert memory.held == 0
    with_all.close()


def test_books_are_independent(library: Library, phases: Story) -> None:
    """Two books of one programme, fed by turns."""
    expected = tell(phases, "compiled")
    books = [NativeBook(library, terms_bytes(phases.law), phases.ids, phases.orders, rank=phases.rank) for _ in "ab"]
    for i in range(len(phases.events)):
        for book in books:
            book.apply(phases.events[i : i + 1], phases.lines)
    for book in books:
        book.finish(phases.until)
        assert book.digest() == expected.digest
        book.close()


def test_the_sanitizer_finds_nothing(busy: Story, phases: Story, tmp_path: Path) -> None:
    """The runtime under gcc's address and undefined-behaviour sanitizers, leaks included."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not on this machine")
    flags = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g", "-O1")
    try:
        built = build_native(None, tmp_path, cc="gcc", flags=flags)
    except NativeError as refused:
        pytest.skip(f"no sanitizer on this machine: {refused}")
    for story in (busy, phases):
        write_terms(story.law, tmp_path)
        write_vectors(tmp_path / "vectors.bin", story, "compiled")
        for options in ((), ("--batch", "7", "--save", "11"), ("--batch", "999", "--repeat", "1")):
            done = conform(built, tmp_path, *options)
            assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    whole = (tmp_path / "vectors.bin").read_bytes()
    (tmp_path / "vectors.bin").write_bytes(whole[: len(whole) // 2])
    assert conform(built, tmp_path).returncode == 2


def test_threads_need_no_lock(library: Library, phases: Story) -> None:
    """Terms are shared by threads, each with a book of its own."""
    from concurrent.futures import ThreadPoolExecutor

    expected = tell(phases, "compiled").digest
    with ThreadPoolExecutor(4) as pool:
        assert {told.digest for told in pool.map(lambda _: native(library, phases, 16), range(8))} == {expected}


def test_valgrind_agrees(built: dict[str, Path], phases: Story, tmp_path: Path) -> None:
    """The rules themselves, which no sanitizer compiled: no byte read or written that is nobody's."""
    if shutil.which("valgrind") is None:
        pytest.skip("valgrind is not on this machine")
    write_terms(phases.law, tmp_path)
    write_vectors(tmp_path / "vectors.bin", phases, "compiled")
    command = ["valgrind", "-q", "--error-exitcode=9", "--leak-check=full", built["conform"]]
    command += [tmp_path / "terms.bin", tmp_path / "vectors.bin", "--save", "50"]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ), timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
