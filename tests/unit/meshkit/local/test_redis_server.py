"""The configuration of Redis."""

from pathlib import Path

from meshkit.local.redis_server import render


def test_nothing_is_acknowledged_before_it_is_on_disk_and_nobody_else_gets_in() -> None:
    lines = render(port=7777, password="secret", directory=Path("/data")).splitlines()
    assert "appendonly yes" in lines
    assert "appendfsync always" in lines
    assert "maxmemory-policy noeviction" in lines
    assert "requirepass secret" in lines
    assert "bind 127.0.0.1" in lines
    assert "port 7777" in lines


def test_a_directory_with_quotes_and_spaces_stays_one_argument(tmp_path: Path) -> None:
    directory = tmp_path / 'a "b" \\c'
    text = render(port=1, password="p", directory=directory)
    quoted = str(directory).replace("\\", "\\\\").replace('"', '\\"')
    assert f'dir "{quoted}"' in text
