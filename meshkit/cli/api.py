"""A small client of the public REST API: errors as exceptions, events as a stream."""

import json
import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import httpx

from meshkit.cli.errors import FINAL_STATES, ApiError, Json

_TIMEOUT_S: Final = 20.0
_WAIT_S: Final = 50
"""How long one long poll is held; the API's maximum."""
_ANSWER_S: Final = 60
"""How long a call may take that answers what it asked for."""
_SILENCE_S: Final = 35.0
"""A stream of events that is silent this long is dead: heartbeats come every 15 s."""
_AWAY_S: Final = 60.0
"""How long the mesh may be away before a watcher gives up."""
_FIRST_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 5.0
_RETRY_CODES: Final = ("UPSTREAM_UNAVAILABLE", "OVERLOADED", "DEADLINE_EXCEEDED")


class Api:
    """Calls the API of one mesh with one key. To be closed, or used as a context manager.

    Every method raises `ApiError`, with UPSTREAM_UNAVAILABLE when nobody answers.
    """

    def __init__(self, url: str, key: str, *, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"accept": "application/json"}
        if key:
            if not (key.isascii() and key.isprintable()):
                raise ApiError("UNAUTHENTICATED", "The key holds characters that no key has.")
            headers["authorization"] = f"Bearer {key}"
        self._url = url
        try:
            self._client = httpx.Client(
                base_url=url,
                headers=headers,
                timeout=_TIMEOUT_S,
                transport=transport,
                # A proxy of the environment is for the outside; it must not see local calls.
                trust_env=not url.startswith(("http://127.", "http://localhost")),
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise ApiError("INVALID_ARGUMENT", f"{url!r} is not an address: {error}") from error

    def __enter__(self) -> Self:
        """Closes at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes the connections."""
        self._client.close()

    def start(self, job: str, body: Mapping[str, object], *, idempotency_key: str = "") -> str:
        """Starts a task of a job and answers its id."""
        headers = {"idempotency-key": idempotency_key} if idempotency_key else {}
        answer = self._call("POST", f"/api/{_segment(job)}/start", json=body, headers=headers)
        return str(answer.get("task_id", ""))

    def refine(self, body: Mapping[str, object], *, idempotency_key: str = "") -> Json:
        """Refines a text and answers the versions, within 60 s."""
        headers = {"idempotency-key": idempotency_key} if idempotency_key else {}
        seconds = _TIMEOUT_S + _ANSWER_S
        return self._call(
            "POST", "/api/refine-content", json=body, headers=headers, timeout=seconds
        )

    def task(self, task_id: str) -> Json:
        """The full record of a task."""
        return self._call("GET", f"/api/tasks/{_segment(task_id)}")

    def tasks(self, **filters: str | int | None) -> Json:
        """One page of the tasks: `tasks` and `next_page_token`."""
        given = {name: value for name, value in filters.items() if value is not None}
        return self._call("GET", "/api/tasks", params=given)

    def result(self, job: str, task_id: str, *, wait: bool = False) -> Json:
        """The result of a task; with `wait`, held for up to 50 s while there is none."""
        seconds = _WAIT_S if wait else 0
        return self._call(
            "GET",
            f"/api/{_segment(job)}/result/{_segment(task_id)}",
            params={"wait_seconds": seconds},
            timeout=_TIMEOUT_S + seconds,
        )

    def control(self, task_id: str, action: str, **body: str) -> Json:
        """Cancels, pauses, resumes or retries a task, and answers it."""
        return self._call("POST", f"/api/tasks/{_segment(task_id)}/{action}", json=body)

    def webhooks(self, **filters: str | int | None) -> Json:
        """One page of the webhooks: `deliveries` and `next_page_token`."""
        given = {name: value for name, value in filters.items() if value is not None}
        return self._call("GET", "/api/webhooks", params=given)

    def webhook(self, task_id: str) -> Json:
        """The latest webhook of a task."""
        return self._call("GET", f"/api/webhooks/{_segment(task_id)}")

    def replay_webhook(self, task_id: str) -> Json:
        """Sends the latest webhook of a task again, and answers it."""
        return self._call("POST", f"/api/webhooks/{_segment(task_id)}/replay", json={})

    def add_document(self, body: Mapping[str, object]) -> Json:
        """Takes a document up, within 60 s, and answers its id and how many chunks it has."""
        seconds = _TIMEOUT_S + _ANSWER_S
        return self._call("POST", "/api/knowledge/documents", json=body, timeout=seconds)

    def documents(self, **filters: str | int | None) -> Json:
        """One page of the documents: `documents` and `next_page_token`."""
        given = {name: value for name, value in filters.items() if value is not None}
        return self._call("GET", "/api/knowledge/documents", params=given)

    def search_knowledge(self, query: str, top_k: int) -> Json:
        """The passages that answer a query best: `results`."""
        asked: dict[str, str | int] = {"query": query, "top_k": top_k}
        return self._call("GET", "/api/knowledge/search", params=asked)

    def delete_document(self, document_id: str) -> Json:
        """Forgets a document and answers its id."""
        return self._call("DELETE", f"/api/knowledge/documents/{_segment(document_id)}")

    def readiness(self) -> Json:
        """What the mesh says of what it needs; a failure says the same in its details."""
        return self._call("GET", "/ready")

    def events(self, task_id: str, *, after: int = 0) -> Iterator[Json]:
        """The events of a task, each once, up to and with the terminal one.

        A task that was retried has ended before: its events go on until nothing more is to come.
        A connection that breaks is opened again after the last event that arrived, for as long as
        the mesh is away less than a minute.

        Args:
            task_id: The task.
            after: Offset of the last event that is known already.
        """
        pause_s = _FIRST_PAUSE_S
        away_since = time.monotonic()
        last = ""
        while True:
            failure: ApiError | None = None
            try:
                for event in self._stream(task_id, after):
                    away_since, pause_s = time.monotonic(), _FIRST_PAUSE_S
                    if event["type"] == "heartbeat" or event["offset"] <= after:
                        continue
                    after, last = event["offset"], event["type"]
                    yield event
            except ApiError as error:
                if error.code not in _RETRY_CODES:
                    raise
                failure = error
            if last in FINAL_STATES:
                return
            if time.monotonic() - away_since > _AWAY_S:
                raise failure or ApiError("UPSTREAM_UNAVAILABLE", "The events end without an end.")
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _stream(self, task_id: str, after: int) -> Iterator[Json]:
        headers = {"accept": "text/event-stream"}
        if after:
            headers["last-event-id"] = str(after)
        path = f"/api/tasks/{_segment(task_id)}/events"
        timeout = httpx.Timeout(_TIMEOUT_S, read=_SILENCE_S)
        try:
            with self._client.stream("GET", path, headers=headers, timeout=timeout) as response:
                if response.status_code != httpx.codes.OK:
                    response.read()
                    raise _error(response)
                data: list[str] = []
                for line in response.iter_lines():
                    if line.startswith("data:"):
                        data.append(line.removeprefix("data:").removeprefix(" "))
                    elif not line and data:
                        event = json.loads("\n".join(data))
                        if "error" in event and "offset" not in event:
                            # The stream says itself why it ends before its task does.
                            raise _api_error(event["error"])
                        yield event
                        data.clear()
        except httpx.TransportError as error:
            raise self._away(error) from error

    def _call(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = _TIMEOUT_S,
    ) -> Json:
        try:
            response = self._client.request(
                method, path, json=json, params=params, headers=headers, timeout=timeout
            )
        except httpx.TransportError as error:
            raise self._away(error) from error
        if response.status_code != httpx.codes.OK:
            raise _error(response)
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise ApiError("INTERNAL", f"{self._url} answers something else than the mesh would.")
        return answer

    def _away(self, error: httpx.TransportError) -> ApiError:
        what = str(error) or type(error).__name__
        return ApiError("UPSTREAM_UNAVAILABLE", f"No mesh answers at {self._url} ({what}).")


def _error(response: httpx.Response) -> ApiError:
    try:
        return _api_error(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        code = "UPSTREAM_UNAVAILABLE" if response.status_code in (502, 503, 504) else "INTERNAL"
        return ApiError(code, f"HTTP {response.status_code} without an explanation.")


def _api_error(error: Json) -> ApiError:
    return ApiError(str(error["code"]), str(error["message"]), dict(error.get("details") or {}))


def _segment(text: str) -> str:
    # One path segment whatever is in it: an id typed wrong must not reach another route.
    return quote(text, safe="")
