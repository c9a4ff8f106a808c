"""The gate for delimited text: bytes in, whole clean lines with their row numbers out.

A CSV reader repairs: it pads short rows, joins lines at an open quote, keeps NUL bytes. So lines
are counted and checked before a reader sees them, and the reader's count must agree afterwards.
A field may not run over a line end; that is what makes an open quote one bad row, not a lost file.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from rewardsim.transactions.faults import refuse, row_fault

if TYPE_CHECKING:
    import numpy as np

    from rewardsim.programme.faults import Fault
    from rewardsim.transactions.mapping import Source

MIB = 1 << 20
BLOCK = 8 * MIB
LINE_MAX = MIB
GZIP_RATIO_MAX = 200
GZIP_FREE = 16 * MIB


class Limits(NamedTuple):
    """How much a source may unfold to, in bytes."""

    decoded_max: int = 8192 * MIB
    ratio_max: int = 1000
    ratio_free: int = 64 * MIB
    """Below this size the ratio is not looked at."""


LIMITS = Limits()


class Chunk(NamedTuple):
    """Clean lines, and the data row number of each."""

    body: bytes
    rows: np.ndarray[Any, Any]


class Gate:
    """One text file on its way in. Use ``header()`` first, then ``chunks()``; then read the counts."""

    def __init__(self, path: Path, source: Source, limits: Limits) -> None:
        self.file = path.name
        self.source = source
        self.limits = limits
        self.read = 0
        """Rows seen so far: lines that are not blank, the header not counted."""
        self.faults: list[Fault] = []
        self._blocks = self._line_blocks(path)
        self._first = b""
        self._row = 1

    @property
    def last(self) -> int:
        """Number of the last row seen."""
        return self._row - 1

    def header(self) -> list[str]:
        """The names of the columns; refuses a header that names one twice or is unreadable."""
        self._first = next(self._blocks, b"")
        if not self.source.header:
            return list(self.source.names)
        line, _, self._first = self._first.lstrip(b"\n").partition(b"\n")
        if not line:
            raise refuse("empty_file", self.file, "no line", "a header line, then rows")
        text = self._decoded_line(line)
        if self.source.delimiter == "whitespace":
            names = text.split("\t")
        else:
            quote = {"quotechar": self.source.quote} if self.source.quote else {"quoting": csv.QUOTE_NONE}
            names = next(csv.reader([text], delimiter=self.source.delimiter, **quote))  # type: ignore[arg-type]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise refuse("duplicate_header", self.file, ", ".join(twice), "each column named once", path="header")
        return names

    def chunks(self) -> Iterator[Chunk]:
        """Clean lines, block by block."""
        if self._first:
            yield self._clean(self._first)
        for block in self._blocks:
            yield self._clean(block)

    def _decoded_line(self, line: bytes) -> str:
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            raise refuse(
                "encoding", self.file, error, f"text in {self.source.encoding}", "set source.encoding"
            ) from error
        if "\0" in text or "\r" in text:
            raise refuse("control", self.file, text, "a header without NUL or lone CR", path="header")
        return text

    def _clean(self, block: bytes) -> Chunk:
        """Take the bad lines out of a block, each with its fault."""
        import numpy as np

        ends = np.flatnonzero(np.frombuffer(block, np.uint8) == 10)
        starts = np.concatenate(([0], ends[:-1] + 1))
        rows = np.arange(self._row, self._row + len(ends))
        self._row += len(ends)
        keep = ends > starts
        self.read += int(keep.sum())
        for code, found, allowed in self._tests(block, starts, ends):
            for index in np.flatnonzero(found & keep).tolist():
                value = block[starts[index] : ends[index]].decode("utf-8", "replace")
                self.faults.append(row_fault(code, self.file, int(rows[index]), "", value, allowed))
            keep &= ~found
        if keep.all():
            return Chunk(block, rows)
        kept = np.flatnonzero(keep).tolist()
        return Chunk(b"".join(block[starts[i] : ends[i] + 1] for i in kept), rows[keep])

    def _tests(self, block: bytes, starts: Any, ends: Any) -> Iterator[tuple[str, Any, str]]:
        """Masks of bad lines by kind; a kind that cannot occur in the block costs one search."""
        import numpy as np

        def count(byte: bytes) -> Any:
            at = np.flatnonzero(np.frombuffer(block, np.uint8) == byte[0])
            return np.searchsorted(at, ends) - np.searchsorted(at, starts)

        if b"\0" in block:
            yield "nul", count(b"\0") > 0, "text without NUL bytes"
        if b"\r" in block:
            yield "lone_cr", count(b"\r") > 0, "line ends LF or CRLF"
        try:
            block.decode()
        except UnicodeDecodeError:
            bad = [_undecodable(block[a:b]) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
            yield "encoding", np.array(bad), f"text in {self.source.encoding}"
        quote = self.source.quote.encode()
        if quote and self.source.delimiter != "whitespace" and quote in block:
            yield "open_quote", count(quote) % 2 == 1, "quotes in pairs, closed on the line they open on"

    def _line_blocks(self, path: Path) -> Iterator[bytes]:
        """Blocks of whole lines in UTF-8, line ends LF, blanks folded where the source is spaced."""
        rest = b""
        for raw in self._utf8(path):
            whole = rest + raw
            cut = whole.rfind(b"\n") + 1
            rest = whole[cut:]
            if len(rest) > LINE_MAX:
                todo = "is it text with lines?" if b"\r" not in rest else "line ends are lone CR: convert them to LF"
                raise refuse("line_too_long", self.file, rest[:80], f"lines of at most {LINE_MAX} bytes", todo)
            if cut:
                yield self._folded(whole[:cut])
        if rest:
            if rest.count(b"\r") > 1:
                raise refuse("lone_cr", self.file, rest[:80], "line ends LF or CRLF", "convert the line ends")
            yield self._folded(rest.rstrip(b"\r") + b"\n")

    def _folded(self, block: bytes) -> bytes:
        block = block.replace(b"\r\n", b"\n")
        if self.source.delimiter == "whitespace":
            block = re.sub(rb"(?m)^[ \t]+|[ \t]+$", b"", block)
            block = re.sub(rb"[ \t]+", b"\t", block)
        return block

    def _utf8(self, path: Path) -> Iterator[bytes]:
        """The text as UTF-8, without a byte order mark."""
        encoding = self.source.encoding
        decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)()
        first = True
        for raw in self._unpacked(path):
            if first and decoder is None:
                self._not_utf16(raw)
            text = raw.removeprefix(codecs.BOM_UTF8) if first and decoder is None else raw
            first = False
            try:
                yield decoder.decode(text).encode() if decoder else text
            except UnicodeError as error:
                raise refuse("encoding", self.file, error, f"text in {encoding}", "set source.encoding") from error

    def _not_utf16(self, raw: bytes) -> None:
        head = raw[:4096]
        if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or head.count(0) > len(head) // 4:
            raise refuse(
                "encoding",
                self.file,
                head[:16],
                "text in utf-8 (tried)",
                "if it is UTF-16, set source.encoding = 'utf-16'",
            )

    def _unpacked(self, path: Path) -> Iterator[bytes]:
        """Raw bytes; gzip is unpacked under a cap on its ratio and its size."""
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream: BinaryIO = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]
            total = 0
            while block := self._next(stream):
                total += len(block)
                if packed and total > GZIP_FREE and total > GZIP_RATIO_MAX * max(raw.tell(), 1):
                    raise refuse(
                        "bomb", self.file, f"over {total} bytes from {raw.tell()}", f"gzip up to {GZIP_RATIO_MAX}:1"
                    )
                if total > self.limits.decoded_max:
                    raise refuse(
                        "too_large", self.file, f"over {total} bytes", f"at most {self.limits.decoded_max} bytes"
                    )
                yield block

    def _next(self, stream: BinaryIO) -> bytes:
        try:
            return stream.read(BLOCK)
        except (EOFError, OSError) as error:
            raise refuse("damaged", self.file, error, "a whole gzip file") from error


def _undecodable(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return True
    return False
