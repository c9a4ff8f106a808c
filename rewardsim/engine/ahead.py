"""Rows asked for before they are needed: between members the compiled loop mostly waits for memory.

Nothing here changes a row. The interpreter has no use for it and does without.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.extending import intrinsic, overload

from rewardsim.rules.records import NONE

from . import living, loop

LOOK = "look_ahead"  # of every loop: overloaded here instead of compiled as it stands
FAR, NEAR = 12, 6  # events ahead: first what an event names, then what hangs on it
LINE = 64  # bytes that memory is read by


@intrinsic
def ask_for(typing_context: Any, table: Any, row: Any) -> Any:
    """Ask the processor to fetch one row of a table; any row may be named, even one that is not there."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> None:
        kind = signature.args[0]
        size = context.get_abi_sizeof(context.get_data_type(kind.row))
        rows = cgutils.create_struct_proxy(kind)(context, builder, args[0]).rows
        index = context.cast(builder, args[1], signature.args[1], types.intp)
        start = builder.mul(index, ir.Constant(ir.IntType(64), size))
        word = ir.IntType(32)
        shape = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, word, word, word])
        fetch = cgutils.get_or_insert_function(builder.module, shape, "llvm.prefetch.p0")
        for part in range(0, size, LINE):
            at = builder.gep(rows, [builder.add(start, ir.Constant(ir.IntType(64), part))])
            builder.call(fetch, [at, ir.Constant(word, 0), ir.Constant(word, 3), ir.Constant(word, 1)])

    return types.void(table, row), codegen


@overload(loop.look_ahead, jit_options={"_nrt": False})
def _look_ahead(law: Any, book: Any, rows_of_orders: Any, events: Any, i: Any) -> Any:
    def ahead(law: Any, book: Any, rows_of_orders: Any, events: Any, i: Any) -> None:
        if i + FAR >= len(events):
            return
        event = events[i + FAR]
        ask_for(book.members, event.member)
        ask_for(book.counters, event.member * law.terms[0].counter_width)
        if event.order != NONE:
            ask_for(book.orders, rows_of_orders[event.order])
        if len(book.standings) > 0:
            ask_for(book.standings, event.member)
            standing = book.standings[events[i + NEAR].member]
            ask_for(book.deeds, standing.deed_first)
            ask_for(book.deeds, standing.deed_last)
        if len(book.ties) > 0:
            ask_for(book.ties, event.member)
        member = book.members[events[i + NEAR].member]
        ask_for(book.lots, member.lot_first)
        ask_for(book.lots, member.lot_last)
        ask_for(book.orders, member.order_last)
        ask_for(book.lots, book.head[0].lot_free)

    return ahead


@overload(living.look_ahead, jit_options={"_nrt": False})
def _look_at_members(law: Any, book: Any, world: Any, i: Any, count: Any) -> Any:
    def ahead(law: Any, book: Any, world: Any, i: Any, count: Any) -> None:
        if i + FAR < count:
            m = world.due[i + FAR]
            ask_for(world.persons, m)
            if len(book.members) > 0:
                ask_for(book.members, m)
                ask_for(book.counters, m * law.terms[0].counter_width)
            if len(book.standings) > 0:
                ask_for(book.standings, m)
            if len(book.ties) > 0:
                ask_for(book.ties, m)
        if i + NEAR < count:
            m = world.due[i + NEAR]
            ask_for(world.parcels, world.persons[m].parcel_first)
            if len(book.members) > 0:
                ask_for(book.lots, book.members[m].lot_first)
                ask_for(book.orders, book.members[m].order_first)
            if len(book.standings) > 0:
                ask_for(book.deeds, book.standings[m].deed_first)
                ask_for(book.deeds, book.standings[m].deed_last)

    return ahead
