"""Files that people write are read with their lines; files made to do harm are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from rathaus.core import yamlfile
from rathaus.core.yamlfile import NotReadable


def read(folder: Path, text: str | bytes) -> yamlfile.Content:
    file = folder / "x.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return yamlfile.read(file)


def nested(start: str, repeat: str) -> str:
    """Each line repeats the one before nine times."""
    lines = [f"a0: &a0 {start}"]
    for number in range(1, 12):
        lines.append(f"a{number}: &a{number} {repeat % ','.join([f'*a{number - 1}'] * 9)}")
    return "\n".join(lines)


def test_every_place_has_its_line(tmp_path: Path) -> None:
    content = read(tmp_path, "a:\n  b: [1, 2]\n  c:\n  - d\n  - e: f\n")
    assert content.raw == {"a": {"b": [1, 2], "c": ["d", {"e": "f"}]}}
    assert content.line(("a", "c", 1, "e")) == 5
    assert content.line(("a", "c", 1, "missing")) == 5, "the nearest around it"
    assert content.line(("missing",)) == 0


def test_aliases_that_people_write_are_fine(tmp_path: Path) -> None:
    content = read(tmp_path, "a: &h {mo: x}\nb: *h\nc: {<<: *h, tu: y}\n")
    assert content.raw["c"] == {"mo": "x", "tu": "y"} and content.raw["b"] == {"mo": "x"}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[" * 400_000, 1, "nested too deeply"),
        ("{a: " * 200_000, 1, "nested too deeply"),
        ("".join(" " * n + "a:\n" for n in range(300)), 101, "nested too deeply"),
        (nested("[x,x,x]", "[%s]"), 6, "aliases counted"),
        (nested("{x: 1}", "{<<: [%s]}"), 6, "aliases counted"),
        ("a: &t\n  b: *t", 1, "alias stands inside"),
        ("a: " + "x" * 10_000_000, 0, "larger than 1 MB"),
        ("a:\nb: !!python/object/apply:os.system [ls]", 2, "constructor"),
        ("a:\nb: 2027-02-31", 2, "day is out of range"),
        ("a:\nb: " + "9" * 5000, 2, "digits"),
        ("a:\n\tb: 1", 2, "cannot start any token"),
        ("a: 1\nb: 2\na: 3", 3, "this key occurs twice"),
        ('a: "\x00"', 0, "not allowed"),
        ("? [a]\n: b", 1, "unhashable"),
        (b"a: \xff", 0, "not UTF-8"),
        ("", 0, "the file is empty"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, text: str | bytes, line: int, message: str
) -> None:
    with pytest.raises(NotReadable, match=message) as caught:
        read(tmp_path, text)
    assert caught.value.mistakes[0].line == line


def test_a_folder_and_nothing_are_no_files(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere.yaml"):
        with pytest.raises(NotReadable):
            yamlfile.read(path)
