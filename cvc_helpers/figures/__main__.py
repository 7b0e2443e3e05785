"""`python -m cvc_helpers.figures`: write all figures, in both languages, to `book/figures`."""

from __future__ import annotations

from pathlib import Path

from cvc_helpers.figures import files


def main() -> None:
    """Write the pictures below the working directory."""
    folder = Path("book") / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (folder / name).write_bytes(content.encode("utf-8"))
        print(folder / name)


if __name__ == "__main__":
    main()
