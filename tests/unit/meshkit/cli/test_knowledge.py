"""`knowledge …`: what it sends, what it writes, and its exit codes."""

import base64
import json
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from meshkit.cli import knowledge_commands
from meshkit.cli.app import app
from tests.support import cli

DOC = "doc_" + "0" * 32
DOCUMENT = {
    "id": DOC,
    "title": "Brand [voice]",
    "source_url": "",
    "content_type": "text/markdown",
    "chunks": 3,
    "created_at": "2026-01-02T03:04:05Z",
}
PASSAGE = {
    "document_id": DOC,
    "title": "Brand [voice]",
    "text": "No [shouting].",
    "score": 0.0328,
    "source_url": "https://example.com/voice",
}


class Mesh:
    """Answers as a mesh does; refuses what says "bad", and additions as often as it is told."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.limited = 0

    def bodies(self) -> list[dict[str, str]]:
        return [json.loads(request.content) for request in self.asked]

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.method == "GET" and request.url.path.endswith("/search"):
            found = [] if request.url.params["query"] == "nothing" else [PASSAGE]
            return httpx.Response(200, json={"results": found})
        if request.method == "GET":
            return httpx.Response(200, json={"documents": [DOCUMENT], "next_page_token": "t2"})
        if request.method == "DELETE":
            known = request.url.path == f"/api/knowledge/documents/{DOC}"
            return httpx.Response(200, json={"id": DOC}) if known else refusal(404, "NOT_FOUND")
        return self._add(request)

    def _add(self, request: httpx.Request) -> httpx.Response:
        if self.limited:
            self.limited -= 1
            return refusal(429, "RATE_LIMITED", retry_after=3)
        content = json.loads(request.content)["content"]
        if content == "bad":
            return refusal(400, "INVALID_ARGUMENT")
        if content == "full":
            return refusal(429, "QUOTA_EXCEEDED")
        return httpx.Response(200, json={"id": DOC, "chunks": 1})


def refusal(status: int, code: str, **details: int) -> httpx.Response:
    error = {"code": code, "message": "why not", "details": details}
    return httpx.Response(status, json={"success": False, "error": error})


@pytest.fixture
def mesh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Mesh:
    made = Mesh()
    cli.serve(monkeypatch, tmp_path, made.answer)
    monkeypatch.setenv("COLUMNS", "200")
    return made


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the command pauses, which it does not."""
    made: list[float] = []
    monkeypatch.setattr(knowledge_commands.time, "sleep", made.append)
    return made


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["knowledge", *arguments])


def write(files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def test_import_tells_the_type_by_the_ending(mesh: Mesh) -> None:
    files: dict[str, str | bytes] = {
        "a.txt": "plain",
        "b.MD": "# Title",
        "c.html": "<p>x</p>",
        "d.csv": "text\nx",
        "e.pdf": b"%PDF-1.4\xff",
    }
    write(files)
    result = run("import", *files)
    assert result.exit_code == 0, result.output
    assert mesh.bodies() == [
        {"content": "plain", "content_type": "text/plain", "title": "a"},
        {"content": "# Title", "content_type": "text/markdown"},
        {"content": "<p>x</p>", "content_type": "text/html"},
        {"content": "text\nx", "content_type": "text/csv", "title": "d"},
        {
            "content": base64.b64encode(b"%PDF-1.4\xff").decode(),
            "content_type": "application/pdf",
            "title": "e",
        },
    ]
    assert result.stdout.count(DOC) == 5
    assert "1 chunk" in result.stdout


def test_import_takes_folders_with_all_in_them_but_what_is_hidden(mesh: Mesh) -> None:
    write(
        {
            "docs/b.md": "b",
            "docs/deep/a.txt": "a",
            "docs/x.docx": "no",
            "docs/.git/c.md": "no",
            "docs/.d.md": "no",
        }
    )
    assert run("import", "docs", "docs/b.md").exit_code == 0
    assert [body["content"] for body in mesh.bodies()] == ["b", "a"]


def test_import_with_title_and_address(mesh: Mesh) -> None:
    write({"a.txt": "x", "b.txt": "y"})
    assert run("import", "a.txt", "--title", "T", "--source-url", "https://e.x/").exit_code == 0
    assert mesh.bodies()[0]["title"] == "T"
    assert mesh.bodies()[0]["source_url"] == "https://e.x/"
    refused = run("import", "a.txt", "b.txt", "--title", "T")
    assert (refused.exit_code, len(mesh.asked)) == (2, 1)


def test_import_goes_on_after_a_file_that_is_refused(mesh: Mesh) -> None:
    write({"1.txt": "good", "2.txt": "bad", "3.txt": "also good", "4.docx": "x"})
    result = run("import", "1.txt", "2.txt", "3.txt", "4.docx", "--json")
    assert result.exit_code == 2
    answer = json.loads(result.stdout)
    assert [each["file"] for each in answer["documents"]] == ["1.txt", "3.txt"]
    assert [each["file"] for each in answer["failed"]] == ["2.txt", "4.docx"]
    assert "2.txt: why not" in answer["failed"][0]["message"]


def test_import_ends_when_there_is_no_room(mesh: Mesh) -> None:
    write({"1.txt": "full", "2.txt": "good"})
    assert run("import", "1.txt", "2.txt").exit_code == 6
    assert len(mesh.asked) == 1


def test_import_waits_where_the_limit_is_reached(mesh: Mesh, pauses: list[float]) -> None:
    write({"1.txt": "good"})
    mesh.limited = 2
    result = run("import", "1.txt")
    assert (result.exit_code, pauses, len(mesh.asked)) == (0, [3, 3], 3)
    assert "going on in 3 s" in result.stderr


@pytest.mark.parametrize("path", ["none.txt", "empty"])
def test_import_of_nothing(mesh: Mesh, path: str) -> None:
    Path("empty").mkdir()
    assert run("import", path).exit_code == 2
    assert mesh.asked == []


def test_import_of_a_file_that_is_too_large(mesh: Mesh) -> None:
    with Path("a.txt").open("wb") as file:
        file.truncate(5 * 1024 * 1024)
    result = run("import", "a.txt")
    assert (result.exit_code, mesh.asked) == (2, [])
    assert "larger than 4 MiB" in result.stderr


def test_import_reads_what_is_not_utf_8(mesh: Mesh) -> None:
    write({"a.txt": "Röstung".encode("cp1252"), "b.md": b"\xef\xbb\xbfMarked"})
    assert run("import", "a.txt", "b.md").exit_code == 0
    assert [body["content"] for body in mesh.bodies()] == ["Röstung", "Marked"]


def test_search(mesh: Mesh) -> None:
    result = run("search", "how loud", "--limit", "3")
    assert result.exit_code == 0
    assert dict(mesh.asked[0].url.params) == {"query": "how loud", "top_k": "3"}
    for text in ("Brand [voice]", "No [shouting].", "https://example.com/voice", "0.0328", DOC):
        assert text in result.stdout
    assert json.loads(run("search", "x", "--json").stdout) == {"results": [PASSAGE]}


def test_search_that_finds_nothing(mesh: Mesh) -> None:
    result = run("search", "nothing")
    assert (result.exit_code, result.stdout, "nothing found" in result.stderr) == (0, "", True)


def test_list(mesh: Mesh) -> None:
    result = run("list", "--limit", "5", "--page-token", "t1")
    assert result.exit_code == 0
    assert dict(mesh.asked[0].url.params) == {"page_size": "5", "page_token": "t1"}
    for text in (DOC, "Brand [voice]", "text/markdown", "2026-01-02 03:04:05"):
        assert text in result.stdout
    assert "--page-token t2" in result.stderr


def test_delete(mesh: Mesh) -> None:
    result = run("delete", DOC)
    assert (result.exit_code, DOC in result.stdout) == (0, True)
    assert run("delete", "doc_x").exit_code == 3


@pytest.mark.parametrize("document_id", ["../keys", "a/b?c=d"])
def test_delete_reaches_no_other_route(mesh: Mesh, document_id: str) -> None:
    run("delete", document_id)
    path = mesh.asked[0].url.raw_path.decode()
    assert path.startswith("/api/knowledge/documents/")
    assert path.count("/") == 4
