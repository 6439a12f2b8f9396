"""Talks to the hub through huggingface_hub: what a repository holds, and a file's bytes from any place on.

The library's own downloads are not used: they begin anew in every process, because each writes to a file of a random name that
is removed on failure, and its xet transport goes into that file as well. Plain HTTP with ranges can go on where it stopped.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dia_engine.errors import FetchFailed, WeightsMissing
from dia_engine.hub.places import COMMIT

TIMEOUT_S = 20.0  # for a connection, and for the next bytes
TRUE = {"1", "ON", "YES", "TRUE"}
PASSING = {408, 425, 429, 500, 502, 503, 504}  # what a server says when asking again may help
SHA256, SHA1 = re.compile(r"([0-9a-f]{64})?"), re.compile(r"[0-9a-f]{40}")


class OutOfRange(Exception):  # noqa: N818 - said by the server, mended by us
    """The server has no bytes from there on: what is here already cannot be the beginning of that file."""


class Passing(Exception):  # noqa: N818 - it is over when the next try works
    """A failure that may be over soon. `wait_s` is what the server asks to wait, 0 if it does not say."""

    def __init__(self, what: str, wait_s: float = 0.0) -> None:
        self.wait_s = wait_s
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file in a repository. `sha256` is known of large files (LFS), `git` (SHA-1 with git's header) of all others."""

    name: str
    size: int
    sha256: str
    git: str

    @property
    def key(self) -> str:
        """Names the content; the hub's cache calls its files by it."""
        return self.sha256 or self.git


@dataclass(frozen=True, slots=True)
class Listing:
    """What a repository holds at one commit."""

    id: str
    commit: str
    files: tuple[RemoteFile, ...]


def is_offline() -> bool:
    """Whether the user forbids connections to the hub. Read at every call; the library reads it at import only."""
    return any(os.environ.get(name, "").upper() in TRUE for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))


@dataclass(slots=True)
class Hub:
    """The hub, at `endpoint`, else where HF_ENDPOINT says, else at its usual place.

    The user's token is sent only after a request without one was refused: most models are public, and need not know who asks.
    """

    endpoint: str | None = None
    _token: str | bool = field(default=False, repr=False)

    def listing(self, model: str, revision: str | None) -> Listing:
        """What a model's repository holds. Raises `Passing`, `WeightsMissing` or `FetchFailed`."""
        api = _library().HfApi(endpoint=self._place(), library_name="dia_engine")
        options = {"revision": revision, "files_metadata": True, "timeout": TIMEOUT_S}
        try:
            with _translated(model, revision):
                found = self._asked(lambda token: api.model_info(model, token=token, **options))
            if not COMMIT.fullmatch(found.sha or ""):
                raise ValueError("commit")
            names = [one for one in found.siblings or () if one.rfilename == Path(one.rfilename).name]
            return Listing(model, found.sha, tuple(map(_remote, names)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            todo = "look whether the network wants a login, and try again"
            raise FetchFailed("The answer cannot be the hub's", where=model, todo=todo) from error

    @contextmanager
    def stream(self, listing: Listing, file: RemoteFile, start: int) -> Iterator[Any]:
        """The response to a request for a file from byte `start` on: `status_code`, `headers`, `iter_bytes()`.

        Raises `Passing`, `WeightsMissing` or `FetchFailed`, also for what goes wrong while the bytes are read.
        """
        url = _library().hf_hub_url(listing.id, file.name, revision=listing.commit, endpoint=self._place())
        with _translated(listing.id, listing.commit):
            response = self._asked(lambda token: _opened(url, token, start))
            try:
                yield response
            finally:
                response.close()

    def _place(self) -> str | None:
        """Read at every call; the library reads the variable at import only."""
        return self.endpoint or os.environ.get("HF_ENDPOINT") or None

    def _asked(self, ask: Callable[[str | bool], Any]) -> Any:
        """The answer without a token, or with the user's if that was refused and there is one."""
        errors = importlib.import_module("huggingface_hub.errors")
        try:
            return ask(self._token)
        except errors.HfHubHTTPError as error:
            token = None if self._token else _library().get_token()
            if not token or error.response.status_code not in (401, 403, 404):
                raise
        self._token = token
        return ask(token)


def _library() -> Any:
    """huggingface_hub, which is imported by those who fetch only; no word about this machine goes out with a request."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        return importlib.import_module("huggingface_hub")
    except ImportError as error:
        todo = "install it with: pip install huggingface_hub"
        raise FetchFailed(f"Fetching a model needs huggingface_hub ({error.name or 'it'} is missing)", todo=todo) from error


def _opened(url: str, token: str | bool, start: int) -> Any:
    """A response whose body has not been read, after redirects; only the hub itself is shown the token."""
    library, utils = _library(), importlib.import_module("huggingface_hub.utils")
    headers = utils.build_hf_headers(token=token, library_name="dia_engine")
    headers["Accept-Encoding"] = "identity"  # packed bytes cannot be counted
    if start:
        headers["Range"] = f"bytes={start}-"
    client = library.get_session()
    request = client.build_request("GET", url, headers=headers, timeout=TIMEOUT_S)
    response = client.send(request, stream=True, follow_redirects=True)
    if response.status_code >= 400:
        try:
            response.read()
        finally:
            response.close()
        library.hf_raise_for_status(response)
    return response


@contextmanager
def _translated(model: str, revision: str | None) -> Iterator[None]:
    """Turn the library's exceptions into ours."""
    errors = importlib.import_module("huggingface_hub.errors")
    # The library has changed its HTTP client once; its own error inherits from that of the one it has.
    transport = next(kind for kind in errors.HfHubHTTPError.__mro__ if kind.__module__.startswith("httpx"))
    try:
        yield
    except errors.HfHubHTTPError as error:
        raise _refusal(errors, error, model, revision) from error
    except errors.OfflineModeIsEnabled as error:
        raise offline(model) from error
    except errors.HFValidationError as error:
        raise WeightsMissing("This is no id of a model on the hub", where=model, todo="write it as owner/name") from error
    except transport as error:
        raise Passing(f"{type(error).__name__}: {error}") from error


def offline(model: str) -> FetchFailed:
    """What is said where the hub would have to be asked and may not be."""
    what = "The model is not complete on this machine, and HF_HUB_OFFLINE forbids to ask the hub"
    return FetchFailed(what, where=model, todo="unset HF_HUB_OFFLINE and run the same again")


def _refusal(errors: Any, error: Any, model: str, revision: str | None) -> Exception:
    """What a refused request means for the user."""
    status, log_in = error.response.status_code, "log in with: hf auth login"
    if isinstance(error, errors.GatedRepoError):
        todo = f"open https://huggingface.co/{model}, ask for access there, then {log_in}, or set HF_TOKEN"
        return FetchFailed("The model's owner gives it to those who ask only (it is gated)", where=model, todo=todo)
    if isinstance(error, errors.RevisionNotFoundError):
        todo = "leave --revision out, or name a branch, a tag or a commit"
        return WeightsMissing(f"The model has no revision {revision!r}", where=model, todo=todo)
    if isinstance(error, errors.RepositoryNotFoundError):
        todo = f"check the id; if the model is private, {log_in}, or set HF_TOKEN"
        return WeightsMissing("There is no such model on the hub, or it is private", where=model, todo=todo)
    if isinstance(error, errors.EntryNotFoundError):
        return FetchFailed("A file that the hub lists is not there", where=model, todo="try again later")
    if status in (401, 403):
        return FetchFailed(
            f"The hub does not accept your token (status {status})", where=model, todo=f"{log_in}, or set HF_TOKEN"
        )
    if status in PASSING:
        waits = str(error.response.headers.get("Retry-After", ""))
        return Passing(f"the hub answers with status {status}", float(waits) if waits.isdecimal() else 0.0)
    if status == 416:
        return OutOfRange()
    return FetchFailed(f"The hub refuses (status {status})", where=model, todo="try again later")


def _remote(one: Any) -> RemoteFile:
    """A file as the library lists it."""
    sha256 = one.lfs.sha256 if one.lfs else ""
    if not isinstance(one.size, int) or one.size < 0 or not SHA256.fullmatch(sha256) or not SHA1.fullmatch(one.blob_id or ""):
        raise ValueError(one.rfilename)
    return RemoteFile(one.rfilename, one.size, sha256, one.blob_id)
