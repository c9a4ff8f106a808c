"""The rules as an object file: the loop's step, compiled by numba and emitted for any processor of this family.

    python -m rewardsim.export.native.kernel OUT.o CPU

A process of its own, because numba fixes the processor it compiles for when it is imported. What
numba leaves beside the rules (wrappers for Python, environments) is reachable from Python only; made
internal, it is dropped, and no symbol of Python remains.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from rewardsim.engine import link_once, loop
from rewardsim.engine.pointers import tables_type
from rewardsim.engine.tables import dtype_of
from rewardsim.rules.records import Event, EventLine

SYMBOL = "rewardsim_step"
INTEGERS = np.dtype(np.int64)
CALL = {
    "events": dtype_of(Event),
    "lines": dtype_of(EventLine),
    "outcomes": dtype_of(loop.Outcome),
    "rows_of_orders": INTEGERS,
    "numbers": INTEGERS,
}
_step = loop.step


def kernel(task: Any, law: Any, book: Any, call: Any, start: Any, day: Any) -> Any:
    """Take the loop's step; law, book and call are addresses of tables, as ``engine.pointers`` reads them."""
    return _step(task, law, book, call.rows_of_orders, call.events, call.lines, call.numbers, call.outcomes, start, day)


def main(out: str, cpu: str) -> None:
    """Compile the kernel for a processor and write the object file."""
    from llvmlite import binding

    module = binding.parse_assembly(_lowered())
    triple = module.triple or binding.get_default_triple()
    machine = binding.Target.from_triple(triple).create_target_machine(
        cpu=cpu, features=_features(cpu), opt=3, reloc="pic", codemodel="default"
    )
    link_once.optimize_whole(module, machine)
    Path(out).write_bytes(machine.emit_object(module))


def _features(cpu: str) -> str:
    from llvmlite import binding

    return str(binding.get_host_cpu_features().flatten()) if cpu == binding.get_host_cpu_name() else ""


def _lowered() -> str:
    """Return the kernel with all rules linked into it, not optimised yet; only the kernel can be seen from outside."""
    from llvmlite import binding
    from numba import njit, types
    from numba.core.compiler_lock import global_compiler_lock

    from rewardsim.engine import compiled

    native = njit(nogil=True, _nrt=False)(kernel)
    number = types.int64
    # No function has an empty name: nothing is optimised or emitted by numba itself.
    with global_compiler_lock, link_once.only(""):
        native.compile((number, compiled.LAW, compiled.BOOK, tables_type("call", CALL), number, number))
        found = native.overloads[native.signatures[0]]
        found.library._ensure_finalized()
    module = binding.parse_assembly(found.library.get_llvm_str())
    entry = module.get_function(found.fndesc.llvm_func_name)
    entry.name, entry.linkage, entry.visibility = SYMBOL, "external", "hidden"
    link_once.hide(module, lambda name: name != SYMBOL)
    for variable in module.global_variables:
        if not variable.is_declaration:
            variable.linkage = "internal"
    return str(module)


if __name__ == "__main__":
    main(*sys.argv[1:])
