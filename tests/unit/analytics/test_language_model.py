"""The unpacked model of languages: the same as the packed one, and never trusted blindly."""

from pathlib import Path

import numpy as np
import pytest

from analytics import language_model
from analytics.language import LANGUAGES

TEXTS = (
    "We opened our new workshop this week.",
    "Wir haben diese Woche unsere neue Werkstatt eröffnet.",
    "Esta semana abrimos nuestro nuevo taller.",
    "今週、新しい工房をオープンしました。",
    "На этой неделе мы открыли новую мастерскую.",
    "ok",
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("languages") / language_model.FILE_NAME
    language_model.write(path, LANGUAGES)
    return path


def test_it_says_what_the_packed_one_says(written: Path) -> None:
    kept, packed = language_model._read(written, LANGUAGES), language_model._unpacked(LANGUAGES)
    assert kept is not None
    assert [kept.classify(text) for text in TEXTS] == [packed.classify(text) for text in TEXTS]
    assert [kept.classify(text)[0] for text in TEXTS[:5]] == ["en", "de", "es", "ja", "ru"]
    assert not list(written.parent.glob("*.partial*"))


def test_one_of_other_languages_is_none(written: Path) -> None:
    assert language_model._read(written, LANGUAGES - {"en"}) is None


def test_one_of_another_version_is_none(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_model, "version", lambda name: f"{name} 99")
    assert language_model._read(written, LANGUAGES) is None


@pytest.mark.parametrize("content", [None, b"", b"PK rubbish", b"\x00" * 4096])
def test_without_a_file_of_use_the_packed_one_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    path = tmp_path / language_model.FILE_NAME
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setattr(language_model, "where", lambda: path)
    found = language_model.identifier({"en", "de"})
    assert sorted(found.nb_classes) == ["de", "en"]
    assert found.classify(TEXTS[1])[0] == "de"


def test_a_file_that_lacks_a_part_is_none(written: Path, tmp_path: Path) -> None:
    path = tmp_path / language_model.FILE_NAME
    with np.load(written) as data:
        np.savez(path, **{name: data[name] for name in data.files if name != "prior"})
    assert language_model._read(path, LANGUAGES) is None
