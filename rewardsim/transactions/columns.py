"""Arrow columns as numpy arrays and back, without a copy.

pyarrow's own conversions import pandas, a quarter of a second that a replay has no other use for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


def numbers_of(column: pa.Array) -> Any:
    """Return integers or dates as a read-only array; what stands where a value is missing is undefined."""
    import numpy as np

    width = column.type.bit_width // 8
    return np.frombuffer(column.buffers()[1] or b"", f"<i{width}")[column.offset : column.offset + len(column)]


def present_in(column: pa.Array) -> Any:
    """Return 1 where a column has a value and 0 where it is missing, as bytes."""
    import numpy as np

    validity = column.buffers()[0]
    if not column.null_count or validity is None:
        return np.full(len(column), int(not column.null_count), dtype=np.int8)
    bits = np.unpackbits(np.frombuffer(validity, np.uint8), bitorder="little")
    return bits[column.offset : column.offset + len(column)].view(np.int8)


def lengths_of(column: pa.Array) -> Any:
    """Return the length of each text or list, -1 where it is missing."""
    import numpy as np

    bounds = _bounds(column)
    return np.where(present_in(column) == 1, bounds[1:] - bounds[:-1], -1)


def text_bytes(column: pa.Array) -> memoryview:
    """Return the bytes of all texts one after the other."""
    if column.null_count:
        column = column.drop_null()  # a missing text may lie on bytes of its own
    bounds = _bounds(column)
    return memoryview(column.buffers()[2] or b"")[bounds[0] : bounds[-1]]


def _bounds(column: pa.Array) -> Any:
    """Return where each text or list begins and ends."""
    import numpy as np
    import pyarrow as pa

    if not len(column):
        return np.zeros(1, dtype=np.int32)
    width = 8 if pa.types.is_large_string(column.type) or pa.types.is_large_list(column.type) else 4
    bounds = np.frombuffer(column.buffers()[1], f"<i{width}")
    return bounds[column.offset : column.offset + len(column) + 1]


def column_of(values: Any, kind: pa.DataType, absent: Any = None) -> pa.Array:
    """Return an array as a column of a type of its width, missing where ``absent`` says so."""
    import numpy as np
    import pyarrow as pa

    validity = None
    if absent is not None and absent.any():
        validity = pa.py_buffer(np.packbits(~absent, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [validity, pa.py_buffer(np.ascontiguousarray(values))])


def texts_of(words: list[str]) -> pa.Array:
    """Return words as a column."""
    import numpy as np
    import pyarrow as pa

    encoded = [word.encode() for word in words]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(words), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))
