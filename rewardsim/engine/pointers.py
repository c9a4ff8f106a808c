"""How the compiler sees a law or a book: one address, behind it an address and a length a table.

Numba would pass every array of the book to every rule as seven values. A rule reaches a hundred
such values through thirty calls, and compiling that took 56 s; one address a book took it down to
a fraction. The types below say what ``book.members``, ``book.members[i]`` and ``len(book.lots)``
mean on such an address; a row is the same numba record that an array would give.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.core.extending import (
    intrinsic,
    lower_builtin,
    lower_getattr_generic,
    register_model,
    type_callable,
)
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.np import numpy_support


class Table(types.Type):
    """A table of rows: address and length."""

    def __init__(self, row: types.Type) -> None:
        self.row = row
        super().__init__(name=f"Table({hash(str(row)) if isinstance(row, types.Record) else row.name})")


class Tables(types.Type):
    """A law or a book: the address of its tables' addresses and lengths."""

    def __init__(self, title: str, tables: dict[str, Table]) -> None:
        self.tables = tables
        self.places = {name: place for place, name in enumerate(tables)}
        super().__init__(name=f"Tables({title})")


@register_model(Table)
class TableModel(models.StructModel):
    """Two machine words."""

    def __init__(self, dmm: Any, fe_type: Table) -> None:
        super().__init__(dmm, fe_type, [("rows", types.voidptr), ("size", types.intp)])


@register_model(Tables)
class TablesModel(models.OpaqueModel):
    """One pointer."""


@infer_getattr
class TablesAttributes(AttributeTemplate):
    """``book.members`` is a table."""

    key = Tables

    def generic_resolve(self, value: Tables, attribute: str) -> Table | None:
        """Return the type of a named table."""
        return value.tables.get(attribute)


@lower_getattr_generic(Tables)
def _get_table(context: Any, builder: Any, kind: Tables, value: Any, attribute: str) -> Any:
    """Load a table's address and length; within a call they never change, which lets loads move."""
    words = builder.bitcast(value, ir.IntType(64).as_pointer())
    place = 2 * kind.places[attribute]
    table = cgutils.create_struct_proxy(kind.tables[attribute])(context, builder)
    rows = _load_constant(builder, words, place)
    table.rows = builder.inttoptr(rows, cgutils.voidptr_t)
    table.size = _load_constant(builder, words, place + 1)
    return table._getvalue()


def _load_constant(builder: Any, words: Any, place: int) -> Any:
    loaded = builder.load(builder.gep(words, [ir.Constant(ir.IntType(64), place)]))
    loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
    return loaded


@type_callable(operator.getitem)
def _type_getitem(context: Any) -> Any:
    def typer(table: Any, index: Any) -> Any:
        if isinstance(table, Table) and isinstance(index, types.Integer):
            return table.row
        return None

    return typer


@lower_builtin(operator.getitem, Table, types.Integer)
def _get_row(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """A row is a reference into the table; a plain integer is loaded."""
    kind, index_kind = signature.args
    table = cgutils.create_struct_proxy(kind)(context, builder, args[0])
    index = context.cast(builder, args[1], index_kind, types.intp)
    size = context.get_abi_sizeof(context.get_data_type(kind.row))
    offset = builder.mul(index, ir.Constant(ir.IntType(64), size))
    address = builder.gep(table.rows, [offset])
    pointer = builder.bitcast(address, context.get_data_type(kind.row).as_pointer())
    if isinstance(kind.row, types.Record):
        return builder.bitcast(address, context.get_value_type(kind.row))
    return builder.load(pointer)


@type_callable(operator.setitem)
def _type_setitem(context: Any) -> Any:
    def typer(table: Any, index: Any, value: Any) -> Any:
        if isinstance(table, Table) and isinstance(index, types.Integer) and not isinstance(table.row, types.Record):
            return types.none
        return None

    return typer


@lower_builtin(operator.setitem, Table, types.Integer, types.Any)
def _set_row(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """A table of plain numbers takes one; records are set field by field."""
    kind, index_kind, value_kind = signature.args
    table = cgutils.create_struct_proxy(kind)(context, builder, args[0])
    index = context.cast(builder, args[1], index_kind, types.intp)
    number = context.get_value_type(kind.row)
    address = builder.gep(builder.bitcast(table.rows, number.as_pointer()), [index])
    builder.store(context.cast(builder, args[2], value_kind, kind.row), address)
    return context.get_dummy_value()


@type_callable(len)
def _type_len(context: Any) -> Any:
    def typer(table: Any) -> Any:
        return types.intp if isinstance(table, Table) else None

    return typer


@lower_builtin(len, Table)
def _get_len(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    return cgutils.create_struct_proxy(signature.args[0])(context, builder, args[0]).size


def tables_type(title: str, dtypes: dict[str, Any]) -> Tables:
    """Return the compiled type of a set of tables, by the dtype of each."""
    return Tables(title, {name: Table(numpy_support.from_dtype(dtype)) for name, dtype in dtypes.items()})


def address_list(tables: tuple[Any, ...]) -> Any:
    """Return the addresses and lengths of arrays, in order; the arrays must outlive the list's use."""
    return np.array([word for table in tables for word in (table.ctypes.data, len(table))], dtype=np.int64)


def reader_of(kind: Tables) -> Any:
    """Return a compiled function that reads an address list as tables of a type."""

    @intrinsic
    def read(typing_context: Any, addresses: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            array = cgutils.create_struct_proxy(addresses)(context, builder, args[0])
            return builder.bitcast(array.data, cgutils.voidptr_t)

        return kind(addresses), codegen

    return read
