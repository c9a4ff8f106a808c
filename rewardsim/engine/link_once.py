"""Compile a tree of functions as one unit.

Numba optimises and emits machine code for every function as if somebody might call it alone, and
again within each of its callers. Only the kernel is ever called here, so its callees are lowered
and linked, and optimised and emitted once, within it: as nobody else can call them, the optimiser may
take them apart as it likes. The patches hold while ``only`` compiles.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

from llvmlite import binding
from numba import _dynfunc
from numba.core.codegen import JITCodeLibrary
from numba.core.cpu import CPUContext

_LOCK = threading.Lock()


@contextlib.contextmanager
def only(name: str) -> Iterator[None]:
    """Within the block, emit machine code for functions of that qualified name only."""
    numbas = CPUContext.get_executable, JITCodeLibrary._optimize_final_module, JITCodeLibrary._finalize_final_module
    seen = f"{name.rpartition('.')[2]}B"  # as it stands in the names of the function and of its wrappers

    def get_executable(self: Any, library: Any, fndesc: Any, env: Any) -> Any:
        if fndesc.qualname == name:
            return numbas[0](self, library, fndesc, env)
        # Numba finds the lowered function by this object; nobody calls it, so its address is null.
        return _dynfunc.make_function(fndesc.lookup_module(), fndesc.qualname, "", 0, env, (library,))

    def optimize(self: Any) -> None:
        if self.name == name:
            hide(self._final_module, lambda function: seen not in function)
            optimize_whole(self._final_module, self._codegen._tm)

    def finalize(self: Any) -> None:
        if self.name == name:
            numbas[2](self)
        # What is not added to the engine gets no machine code of its own.
        self._finalized = True

    with _LOCK:
        _patch(get_executable, optimize, finalize)
        try:
            yield
        finally:
            _patch(*numbas)


def hide(module: Any, hidden: Callable[[str], bool]) -> None:
    """Make functions of such names the module's own; what is called from nowhere else can be changed at will."""
    for function in module.functions:
        if not function.is_declaration and hidden(function.name):
            function.linkage = "internal"


def optimize_whole(module: Any, machine: Any) -> None:
    """Optimise a module that is complete, for a machine, as far as the compiler goes."""
    builder = binding.create_pass_builder(machine, binding.create_pipeline_tuning_options(speed_level=3))
    builder.getModulePassManager().run(module, builder)


def _patch(get_executable: Any, optimize: Any, finalize: Any) -> None:
    CPUContext.get_executable = get_executable
    JITCodeLibrary._optimize_final_module = optimize
    JITCodeLibrary._finalize_final_module = finalize
