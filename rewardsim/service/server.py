"""The process that serves: its socket, its signals, and an end that lets everybody finish."""

from __future__ import annotations

import logging
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import Any, NamedTuple

import uvicorn

from rewardsim.scoring import Fault, ScoringError

from .app import Limits, Service, create_app
from .keys import Keys, read_keys
from .logs import Lines, Log
from .serving import Place, Serving, open_bundle
from .shadow import Shadow

LOOPBACK = ("127.0.0.1", "::1", "localhost")
GRACE_S = 30
SWITCH_S = 0.0005  # whoever reads requests waits no longer for those who work on them


class Options(NamedTuple):
    """What the command line says."""

    bundle: Path
    store: str
    host: str = "127.0.0.1"
    port: int = 8000
    keys: Path | None = None
    bundles: Path | None = None
    shadow: Path | None = None
    shadow_store: str | None = None
    limits: Limits = Limits()
    secrets: Callable[[Any], dict[str, bytes]] | None = None
    clock: Callable[[str], Callable[[], int]] | None = None


class Server(uvicorn.Server):
    """Takes no new request once it was told to stop, and answers those it took."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop."""
        self._service.stopping = True
        super().handle_exit(sig, frame)
        self._captured_signals.clear()  # a stop that was asked for is no failure


def serve(options: Options) -> None:
    """Serve until a signal ends it. SIGHUP reads bundle and keys anew."""
    keys = _keys(options)
    log = Log()
    place = Place(options.store, options.limits.workers)
    beside = Place(options.shadow_store, 1) if options.shadow_store else None
    try:
        service = _service(options, place, beside, keys, log)
        with _listening(options) as listener:
            _run(service, listener, lambda: _again(service, options))
    finally:
        place.close()
        if beside is not None:
            beside.close()


def _keys(options: Options) -> Keys | None:
    if options.keys is not None:
        return read_keys(options.keys)
    if options.host not in LOOPBACK:
        todo = "name a file of keys with --keys (rewardsim key makes one), or serve on 127.0.0.1"
        raise ScoringError([Fault("no_keys", "--host", options.host, "the loopback where there are no keys", todo)])
    return None


def _service(options: Options, place: Place, beside: Place | None, keys: Keys | None, log: Log) -> Service:
    if (options.shadow is None) != (beside is None):
        todo = "give both or neither: the second bundle keeps its members in a store of its own"
        raise ScoringError([Fault("shadow", "--shadow", "one of two", "--shadow and --shadow-store", todo)])
    if options.shadow_store == options.store:
        todo = "name another store for the second bundle"
        raise ScoringError([Fault("shadow", "--shadow-store", "the store that is served", "another store", todo)])
    serving = Serving(place, options.bundle, options.bundles, options.clock)
    if options.secrets is not None:
        serving.keep_secrets(options.secrets(serving.now.scorer.names))
    service = Service(serving, keys, limits=options.limits, log=log)
    if options.shadow is not None and beside is not None:
        second = open_bundle(options.shadow)
        service.shadow = Shadow(second.bind(beside.store(second.code)), service.metrics)
    return service


def _listening(options: Options) -> socket.socket:
    try:
        return _bound(options.host, options.port)
    except (OSError, OverflowError) as error:
        found, todo = f"{options.host}:{options.port}: {error}", "name another address or port"
        raise ScoringError([Fault("address", "--port", found, "an address that is free", todo)]) from error


def _bound(host: str, port: int) -> socket.socket:
    """Return a listening socket, said to be TCP: else asyncio leaves small answers waiting for 40 ms."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except BaseException:
        listener.close()
        raise
    return listener


def _run(service: Service, listener: socket.socket, again: Callable[[], None]) -> None:
    sys.setswitchinterval(SWITCH_S)
    logger = logging.getLogger()
    handler = Lines(service.log)
    logger.addHandler(handler)
    config = uvicorn.Config(
        create_app(service), log_config=None, access_log=False, server_header=False, http="h11", ws="none",
        timeout_graceful_shutdown=GRACE_S, timeout_keep_alive=10, h11_max_incomplete_event_size=64 << 10,
    )  # fmt: skip
    before = signal.signal(signal.SIGHUP, lambda *_: Thread(target=again).start())
    host, port = listener.getsockname()[:2]
    service.log.say("listening", host=host, port=port, keys=service.keys is not None)
    try:
        Server(config, service).run(sockets=[listener])
    finally:
        signal.signal(signal.SIGHUP, before)
        logger.removeHandler(handler)


def _again(service: Service, options: Options) -> None:
    """Read keys and bundle anew; where either is faulty, what was stays."""
    try:
        if options.keys is not None:
            service.keys = read_keys(options.keys)
        service.serving.reload()
        service.took(service.serving, "reload")
    except ValueError as error:
        codes = [fault.code for fault in getattr(error, "faults", ())]
        service.log.failure("reload_refused", error, codes=codes or None)
