"""Unpacks the model of languages into the environment, for `analytics.language_model`."""

from analytics.language import LANGUAGES
from analytics.language_model import where, write


def main() -> None:
    """Writes the file."""
    path = where()
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, LANGUAGES)
    print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
