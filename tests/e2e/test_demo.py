"""`make demo`, as a stranger runs it."""

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest

from analytics.skill.validator import validate_skill


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "demo", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)


def test_the_demo_leaves_a_valid_skill_and_nothing_running(tmp_path: Path) -> None:
    done = demo("--out", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "using all 10 posts" in done.stdout
    assert "Kettle & Crane posts" in done.stdout
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    skill = (tmp_path / f"{result['skill_id']}.yaml").read_text(encoding="utf-8")
    assert validate_skill(skill) == []
    charts = sorted((tmp_path / "charts").iterdir())
    assert len(charts) == len(result["charts"]) > 0
    for chart in charts:
        # Written by the mesh under test.
        assert ET.parse(chart).getroot().tag.endswith("svg")  # noqa: S314
    assert "</html>" in (tmp_path / "report.html").read_text(encoding="utf-8")
    url = re.search(r"http://127\.0\.0\.1:\d+", done.stdout)
    assert url is not None
    with pytest.raises(httpx.ConnectError):
        httpx.get(url[0] + "/health", trust_env=False)


def test_bad_posts_start_no_mesh(tmp_path: Path) -> None:
    posts = tmp_path / "posts.csv"
    posts.write_text("post,likes,comments,shares\nA long enough post,abc,1,1\n", encoding="utf-8")
    done = demo("--posts", str(posts), "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "posts.csv line 2: likes: 'abc' is not a whole number" in done.stdout
    assert "facebook assumed" in done.stdout
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("job", "language", "says"),
    [
        ("refine-content", "de", "refined_options"),
        ("competitive-analysis", "es", "failed_competitors"),
    ],
)
def test_the_demos_of_the_other_jobs(tmp_path: Path, job: str, language: str, says: str) -> None:
    done = demo("--job", job, "--language", language, "--out", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert result[says]
    if job == "competitive-analysis":
        assert result["competitors_analyzed"] == 2
        assert result["total_posts_analyzed"] >= 10
        [refused] = result["failed_competitors"]
        assert refused["name"] == "El Muro"
        assert "robots" in refused["reason"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("--language", "fr"),
            "There are no samples in the language 'fr': take one of en, de, es.",
        ),
        (("--job", "make-coffee"), "There is no demo of the job 'make-coffee': take one of "),
    ],
)
def test_what_there_is_no_sample_of_is_refused(
    tmp_path: Path, arguments: tuple[str, str], says: str
) -> None:
    done = demo(*arguments, "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert done.stderr.startswith(says)
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()
