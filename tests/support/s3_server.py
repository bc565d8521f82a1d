"""A store that speaks S3 on the loopback, for as long as a block lasts."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from moto.server import ThreadedMotoServer


@dataclass
class S3Server:
    """What it holds outlives a stop."""

    bucket: str = field(default_factory=lambda: f"bench-{uuid.uuid4().hex}")  # servers of one process share theirs
    _port: int = 0
    _server: ThreadedMotoServer | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/tinyhil"

    def start(self) -> str:
        """The server's address, that of the last time where there was one."""
        self._server = ThreadedMotoServer("127.0.0.1", self._port, verbose=False)
        self._server.start()
        _, self._port = self._server.get_host_and_port()
        return f"http://127.0.0.1:{self._port}"

    def stop(self) -> None:
        if self._server:
            self._server.stop()
            self._server = None


@contextlib.contextmanager
def s3_server() -> Iterator[S3Server]:
    """A server with an empty bucket, which s3fs finds."""
    import s3fs

    server = S3Server()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", server.start())
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_MAX_ATTEMPTS", "1")  # a server that is stopped does not come back by itself
        s3fs.S3FileSystem.clear_instance_cache()
        s3fs.S3FileSystem().mkdir(server.bucket)
        try:
            yield server
        finally:
            server.stop()
            s3fs.S3FileSystem.clear_instance_cache()
