"""`manusmesh analyze` as a user calls it: lines in, lines out, wrong ones named."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analytics.command import measures_of
from meshkit.cli.app import app

PAGE = Path(__file__).parents[3] / "docs" / "analyze.md"

runner = CliRunner()


def analyzed(*lines: str, options: tuple[str, ...] = ()) -> tuple[int, list[dict], str]:
    done = runner.invoke(app, ["analyze", *options], input="\n".join(lines))
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_each_line_has_its_scores() -> None:
    code, [casual, formal], _ = analyzed(
        json.dumps({"id": 7, "text": "omg lol so cool 😂 What time do you open tomorrow?"}),
        "",
        json.dumps({"id": "b", "text": "The committee has approved the annual financial report."}),
    )
    assert (code, casual["id"], formal["id"]) == (0, 7, "b")
    assert casual["language"] == "en"
    assert casual["formality"] < formal["formality"]
    assert (casual["emoji"], casual["is_question"]) == (["😂"], True)
    assert sum(formal["tone_scores"].values()) == pytest.approx(1, abs=0.01)
    assert "text" not in casual
    assert "embedding" not in casual


def test_a_language_without_a_measure_has_no_score() -> None:
    _, [spanish], _ = analyzed(
        json.dumps({"text": "Hoy sale del horno el pan de centeno. ¿Vienes?"})
    )
    assert spanish["language"] == "es"
    assert spanish["formality"] is None
    assert spanish["question_probability"] is None
    assert spanish["is_question"]


def test_the_embedding_on_demand() -> None:
    line = json.dumps({"text": "We roast coffee."})
    _, [scores], _ = analyzed(line, options=("--embedding",))
    assert len(scores["embedding"]) == 256
    assert sum(value**2 for value in scores["embedding"]) == pytest.approx(1, abs=0.01)


def test_many_lines_keep_their_order_and_what_they_had() -> None:
    texts = ["We roast coffee.", "Hoy sale del horno el pan de centeno.", "", "lol so cool 😂"] * 80
    lines = [json.dumps({"id": n, "text": text}) for n, text in enumerate(texts)]
    lines.insert(130, "{")
    code, scores, told = analyzed(*lines)
    assert (code, told.split(":")[0]) == (2, "line 131")
    assert [one["id"] for one in scores] == list(range(320))
    assert [one["words"] for one in scores[:4]] == [3, 8, 0, 3]
    assert all({**one, "id": 0} == {**scores[n % 4], "id": 0} for n, one in enumerate(scores))


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"text": 1}', "[" * 100_000])
def test_a_wrong_line_is_named_and_the_others_go_on(line: str) -> None:
    code, scores, told = analyzed(line, json.dumps({"text": "Good."}))
    assert (code, len(scores)) == (2, 1)
    assert told.startswith("line 1: ")


def test_a_file(tmp_path) -> None:
    path = tmp_path / "texts.jsonl"
    text = "Please sign our petition and share it with your friends."
    path.write_text(json.dumps({"text": text}) + "\n", encoding="utf-8")
    code, [scores], _ = analyzed(options=(str(path),))
    assert code == 0
    assert scores["is_call_to_action"]
    assert scores["calls_to_action"] == [text]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.jsonl", "No such file or directory"),
        ("folder", "Is a directory"),
        ("file/below", "Not a directory"),
        ("zero\0name", "embedded null byte"),
        ("circle", "Too many levels of symbolic links"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "circle").symlink_to("circle")
    path = f"{tmp_path}/{name}"
    code, scores, told = analyzed(options=(path,))
    assert (code, scores) == (2, [])
    assert told == f"cannot read {path}: {reason}\n"


def test_bytes_that_are_no_text_are_named_and_the_others_go_on(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    lines = (
        b'\xef\xbb\xbf{"id": 1, "text": "Good."}',  # a byte order mark
        b'{"id": 2, "text": "caf\xe9"}',
        b'{"id": 3, "text": "Good."}',
    )
    path.write_bytes(b"\n".join(lines))
    code, scores, told = analyzed(options=(str(path),))
    assert (code, [one["id"] for one in scores]) == (2, [1, 3])
    assert told == "line 2: not UTF-8: byte 23 is 0xe9\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "Good.", "score": NaN}', "not JSON: NaN is no number of JSON"),
        ('{"text": "Good.", "score": 1e999}', "not JSON: 1e999 is no number of JSON"),
        ('{"text": "Good \\ud83d"}', '"text" holds half of a surrogate pair'),
    ],
)
def test_what_json_and_unicode_do_not_have_is_refused(line: str, reason: str) -> None:
    code, scores, told = analyzed(line)
    assert (code, scores) == (2, [])
    assert told.startswith(f"line 1: {reason}")


def test_what_comes_along_is_given_back_whole() -> None:
    line = '{"text": "", "half": "\\ud83d", "deep": {"é": [1.5, null]}}'
    code, [scores], _ = analyzed(line)
    assert code == 0
    assert (scores["half"], scores["deep"]) == ("\ud83d", {"é": [1.5, None]})
    assert scores["words"] == 0


def test_the_page_on_it_names_every_field() -> None:
    rows = re.findall(r"^\| (`.*?`) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named == set(next(measures_of(["We roast coffee."], embedding=True)))


def test_the_snippet_of_the_page_correlates(tmp_path: Path) -> None:
    [snippet] = re.findall(
        r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    lines = [
        {"label": 1, "formality": 10.0},
        {"label": 3, "formality": 30.0},
        {"label": 3, "formality": 20.0},
        {"label": 9, "formality": 40.0},
        {"label": 9, "formality": None},
    ]
    scores = "\n".join(json.dumps(line) for line in lines)
    (tmp_path / "scores.jsonl").write_text(scores, encoding="utf-8")
    command = [sys.executable, "-c", snippet]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    # Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: 4.5 / sqrt(4.5 * 5).
    assert done.stdout == "0.949 on 4 of 5 texts\n"
