"""The build: everything that templates name exists, and pages stay small."""

import gzip
import re
from pathlib import Path

import pytest

import rathaus
from rathaus.theme import build, icons

PACKAGE = Path(rathaus.__file__).parent
VENDOR = build.VENDOR

built = pytest.mark.skipif(
    not (VENDOR / "rathaus.css").is_file(), reason="run npm ci && python -m rathaus.theme.build"
)


def test_every_icon_in_a_template_is_listed() -> None:
    known = set(build.icon_names())
    pattern = re.compile(r"""\{%\s*(?:icon|empty_state)\s+["']([a-z0-9_]+)["']""")
    used = {
        name
        for path in PACKAGE.rglob("*.html")
        for name in pattern.findall(path.read_text("utf-8"))
    }
    assert used - known == set()


@built
def test_every_listed_icon_was_built() -> None:
    assert set(build.icon_names()) == set(icons.paths())


@built
def test_style_sheets_and_fonts_leave_room_for_the_page() -> None:
    """A page may weigh 150 KB; what all pages share is at most 110 KB."""
    css = sum(
        len(gzip.compress((VENDOR / name).read_bytes(), 6))
        for name in ("kern.min.css", "rathaus.css")
    )
    fonts = sum(
        (VENDOR / "fonts" / f"fira-sans-latin-{weight}-normal.woff2").stat().st_size
        for weight in (400, 600)
    )
    assert css + fonts < 110_000


@built
def test_kern_is_unmodified() -> None:
    try:
        source = build.node_modules() / "@kern-ux/native/dist/kern.min.css"
    except build.BuildError:
        pytest.skip("node_modules are not installed")
    assert (VENDOR / "kern.min.css").read_bytes() == source.read_bytes()


def test_minified_css_keeps_what_matters() -> None:
    css = "a > b { margin: calc(1px + 2px) 0; }\n/* x */ @media (min-width: 2rem) { i { top: 0; } }"
    assert build.minify(css) == "a>b{margin:calc(1px + 2px) 0}@media (min-width:2rem){i{top:0}}\n"


def test_the_css_loads_only_what_the_build_provides() -> None:
    urls = re.findall(r"url\(([^)]+)\)", build.style_sheet())
    assert urls and all(url.startswith("fonts/fira-sans-latin") for url in urls)


def test_without_packages_the_build_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(build, "HERE", tmp_path)
    assert build.main() == 2
    assert "npm ci" in capsys.readouterr().err
