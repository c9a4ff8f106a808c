"""Compile a tree of functions as one unit.

Numba optimises and emits machine code for every function as if somebody might call it alone, and
again within each of its callers. Only the kernel is ever called here, so its callees are lowered
and linked, and optimised and emitted once, within it. The patches hold while ``only`` compiles.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from numba import _dynfunc
from numba.core.codegen import JITCodeLibrary
from numba.core.cpu import CPUContext

_LOCK = threading.Lock()


@contextlib.contextmanager
def only(name: str) -> Iterator[None]:
    """Within the block, emit machine code for functions of that qualified name only."""
    emit = {"get": CPUContext.get_executable, "opt": JITCodeLibrary._optimize_final_module}
    emit["end"] = JITCodeLibrary._finalize_final_module

    def get_executable(self: Any, library: Any, fndesc: Any, env: Any) -> Any:
        if fndesc.qualname == name:
            return emit["get"](self, library, fndesc, env)
        # Numba finds the lowered function by this object; nobody calls it, so its address is null.
        return _dynfunc.make_function(fndesc.lookup_module(), fndesc.qualname, "", 0, env, (library,))

    def optimize(self: Any) -> None:
        if self.name == name:
            emit["opt"](self)

    def finalize(self: Any) -> None:
        if self.name == name:
            emit["end"](self)
        # What is not added to the engine gets no machine code of its own.
        self._finalized = True

    with _LOCK:
        CPUContext.get_executable = get_executable
        JITCodeLibrary._optimize_final_module = optimize
        JITCodeLibrary._finalize_final_module = finalize
        try:
            yield
        finally:
            CPUContext.get_executable = emit["get"]
            JITCodeLibrary._optimize_final_module = emit["opt"]
            JITCodeLibrary._finalize_final_module = emit["end"]
