"""README.md and CONTRIBUTING.md promise what is there: commands run, what is named exists."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.support.mesh import Mesh

Tenant = Callable[[str], Mesh]

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = ["README.md", "CONTRIBUTING.md"]
CALLED: Final = ["brand-voice.md", "competitors.md", "knowledge.md", "library.md", "refinement.md"]
"""The pages of docs/ that show calls."""
ADDRESS: Final = "localhost:8080"
"""Where the README's mesh is."""
KINDS: Final = {
    "/start": "start",
    "/status/": "status",
    "/result/": "result",
    "/events": "events",
    "/refine-content": "refined",
    "/GetReadiness": "readiness",
    "/ListTasks": "tasks",
}
"""The calls that the README shows, by a part of their path."""
SHELLS: Final = {"sh", "bash", "shell", "console"}
_PATH: Final = re.compile(r"\.?[\w-][\w.-]*(?:/[\w.-]+)*/?")
_FILE_ENDINGS: Final = (".py", ".md", ".toml", ".yaml", ".yml", ".jsonl", ".lock", ".lua", ".txt")
_MADE_BY_USE: Final = (".venv", ".mesh", "demo/out")
"""What a fresh clone does not have: what `make env`, `up` and `demo` make."""
_ROUNDS_MAX: Final = 30


def tokens(page: str) -> Iterator[Token]:
    """The tokens of a page, those within paragraphs included."""
    for token in MarkdownIt().parse((ROOT / page).read_text(encoding="utf-8")):
        yield token
        yield from token.children or []


def blocks(page: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page: language and text."""
    return [(one.info.strip(), one.content) for one in tokens(page) if one.type == "fence"]


def commands(text: str) -> list[str]:
    """The commands of a shell block, those of several lines whole."""
    found: list[str] = []
    waiting = ""
    for line in text.splitlines():
        waiting = f"{waiting}\n{line}" if waiting else line
        try:
            words = shlex.split(waiting, comments=True)
        except ValueError:  # a quotation goes on
            continue
        if waiting.endswith("\\"):
            continue
        if words:
            found.append(waiting)
        waiting = ""
    assert not waiting, f"a command without an end: {waiting}"
    return found


class Reader:
    """Somebody who types the README's commands one after another into a shell.

    Attributes:
        task_id: The task that the last start has told; the README calls it $TASK.
    """

    def __init__(self, mesh: Mesh, home: Path) -> None:
        self.task_id = ""
        self._address = mesh.url.removeprefix("http://")
        self._home = home
        self._said: list[str] = []
        (home / ".mesh").mkdir()
        (home / ".mesh" / "key").write_text(f"{mesh.key}\n", encoding="ascii")
        (home / ".venv").mkdir()
        (home / ".venv" / "bin").symlink_to(Path(sys.executable).parent)

    def assign(self, command: str) -> None:
        """Gives a variable a value for all commands that follow."""
        self._said.append(command)

    def type(self, command: str) -> str:
        """What a command prints; holds that it succeeds."""
        lines = [*self._said, command.replace(ADDRESS, self._address)]
        done = subprocess.run(
            ["/bin/sh", "-euc", "\n".join(lines)],
            cwd=self._home,
            env={**os.environ, "TASK": self.task_id, "NO_PROXY": "*", "no_proxy": "*"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def type_json(self, command: str) -> dict[str, Any]:
        """The same for a command that prints JSON; holds that it is no error."""
        printed = self.type(command)
        answer: dict[str, Any] = json.loads(printed)
        assert answer.get("success", True) is True, f"{command}\n{printed}"
        return answer


@pytest.fixture
def reader(tenant: Tenant, tmp_path: Path) -> Reader:
    return Reader(tenant("reader"), tmp_path)


def check(reader: Reader, command: str) -> str:
    """Runs one command and looks at what it prints; its kind."""
    kind = next((kind for part, kind in KINDS.items() if part in command), "other")
    match kind:
        case "start":
            started = reader.type_json(command)
            assert started["status"] == "queued"
            assert re.fullmatch("task_[0-9a-f]{32}", started["task_id"])
            reader.task_id = started["task_id"]
        case "status":
            for _ in range(_ROUNDS_MAX):
                status = reader.type_json(command)
                assert status["task_id"] == reader.task_id
                if status["status"] not in {"queued", "running"}:
                    break
            assert status["status"] == "completed"
        case "result":
            assert reader.type_json(command)["skill_yaml"].strip()
        case "events":
            printed = reader.type(command)
            assert printed.startswith("id: 1\nevent: queued\n")
            assert "\nevent: completed\n" in printed
        case "readiness":
            assert reader.type_json(command)["status"] == "ready"
        case "tasks":
            listed = reader.type_json(command)["tasks"]
            assert reader.task_id in {task["taskId"] for task in listed}
        case "refined":
            assert len(reader.type_json(command)["refined_options"]) >= 2
        case _:
            # A command that is new: it must at least answer something that is no error.
            printed = reader.type(command)
            assert printed
            assert '"success":false' not in printed.replace(" ", "")
    return kind


def test_every_call_of_the_readme_works_as_it_stands(reader: Reader) -> None:
    if shutil.which("curl") is None:
        pytest.skip("the README's examples call curl, which this machine does not have")
    shown = [text for language, text in blocks("README.md") if language in SHELLS]
    kinds = set()
    for text in shown:
        for command in commands(text) if ADDRESS in text else ():
            if re.fullmatch(r"[A-Z]+=.*", command):
                reader.assign(command)
            else:
                kinds.add(check(reader, command))
    assert kinds >= set(KINDS.values())


@pytest.mark.parametrize("page", CALLED)
def test_every_call_of_the_other_pages_works_as_it_stands(
    tenant: Tenant, tmp_path: Path, page: str
) -> None:
    if shutil.which("curl") is None:
        pytest.skip("the examples call curl, which this machine does not have")
    reader = Reader(tenant(page.removesuffix(".md").replace("-", "")), tmp_path)
    called = 0
    for language, text in blocks(f"docs/{page}"):
        for command in commands(text) if language in SHELLS and ADDRESS in text else ():
            if re.fullmatch(r"[A-Z]+=.*", command):
                reader.assign(command)
            else:
                check(reader, command)
                called += 1
    assert called >= 2


def test_the_same_from_the_command_line(tenant: Tenant) -> None:
    [command] = {
        token.content
        for token in tokens("README.md")
        if token.type == "code_inline" and "manusmesh task run" in token.content
    }
    mesh = tenant("typist")
    program, *arguments = shlex.split(command)
    assert program == ".venv/bin/manusmesh"
    done = subprocess.run(
        [sys.executable, "-m", "meshkit.cli", *arguments],
        cwd=ROOT,
        env={**os.environ, "MESH_URL": mesh.url, "MESH_KEY": mesh.key},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with mesh.client() as client:
        [task] = client.get("/api/tasks").json()["tasks"]
    assert task["status"] == "completed"


def links() -> list[tuple[str, str]]:
    """Every relative link of every committed page: the page and where it leads."""
    pages = [*PAGES, "CHANGELOG.md", *(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/**/*.md"))]
    return [
        (page, target)
        for page in sorted(pages)
        for token in tokens(page)
        if token.type == "link_open"
        and (target := str(token.attrs["href"]))
        and "://" not in target
    ]


def named_paths(page: str) -> set[str]:
    """The files and folders that a page names in its text and in its plan of the folders."""
    inline = [one.content for one in tokens(page) if one.type == "code_inline"]
    drawn = [text for language, text in blocks(page) if language == "text"]
    words = {*inline, *(word for text in drawn for word in text.split())}
    return {
        word
        for word in words
        if _PATH.fullmatch(word)
        and ("/" in word or word.endswith(_FILE_ENDINGS))
        and not word.startswith(_MADE_BY_USE)
    }


@pytest.mark.parametrize(("page", "target"), links())
def test_every_link_leads_somewhere(page: str, target: str) -> None:
    path, _, anchor = target.partition("#")
    linked = (ROOT / page).parent / path if path else ROOT / page
    assert linked.exists()
    if anchor:
        headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
        slugs = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings}
        assert anchor in slugs


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_exists(page: str) -> None:
    named = named_paths(page)
    assert len(named) >= 5
    assert [word for word in sorted(named) if not (ROOT / word).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_target_of_make_exists(page: str) -> None:
    code = [one.content for one in tokens(page) if one.type in {"code_inline", "fence"}]
    named = {
        target
        for text in code
        for target in re.findall(r"^make ([a-z][a-z-]*)", text, re.MULTILINE)
    }
    assert len(named) >= 3
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert named <= set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
