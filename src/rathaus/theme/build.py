"""Build the static assets of the design system: ``python -m rathaus.theme.build``.

Copies what npm installed (KERN UX unmodified, Fira Sans, htmx) into ``static/vendor``,
joins our style sheets into one file, collects the icons of ``icons.txt`` and puts the
TrueType fonts for letters into ``fonts``. The results are not committed.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENDOR = HERE / "static" / "vendor"
FONTS = HERE / "fonts"
SUBSETS = ("latin", "latin-ext")
WEIGHTS = (400, 500, 600)
LETTER_FONTS = (
    "fira-sans/400Regular/FiraSans_400Regular.ttf",
    "fira-sans/600SemiBold/FiraSans_600SemiBold.ttf",
    "noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf",
    "noto-sans-hebrew/400Regular/NotoSansHebrew_400Regular.ttf",
    "noto-emoji/400Regular/NotoEmoji_400Regular.ttf",
    "noto-sans-symbols-2/400Regular/NotoSansSymbols2_400Regular.ttf",
)


class BuildError(Exception):
    """Something is missing; the message says what to do."""


def node_modules() -> Path:
    """The nearest ``node_modules`` above the working directory or this file."""
    for start in (Path.cwd(), HERE):
        for folder in (start, *start.parents):
            if (folder / "node_modules" / "@kern-ux").is_dir():
                return folder / "node_modules"
    raise BuildError("node_modules not found. Run: npm ci --omit=dev")


def minify(css: str) -> str:
    """Strip comments and needless blanks; safe for the style sheets in ``css/``."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r"\s*([{};,>])\s*", r"\1", css)
    css = re.sub(r":\s+", ":", css)
    return css.replace(";}", "}").strip() + "\n"


def style_sheet() -> str:
    """All files of ``css/`` in the order of their names."""
    return "".join(minify(path.read_text("utf-8")) for path in sorted((HERE / "css").glob("*.css")))


def icon_names() -> list[str]:
    """The names listed in ``icons.txt``."""
    lines = (HERE / "icons.txt").read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def icons(modules: Path) -> dict[str, str]:
    """Icon name → path data, drawn in the viewBox ``0 -960 960 960``."""
    found: dict[str, str] = {}
    for name in icon_names():
        source = modules / "@material-symbols" / "svg-400" / "outlined" / f"{name}.svg"
        if not source.is_file():
            raise BuildError(f"icons.txt: there is no Material Symbol “{name}”")
        paths = re.findall(r'<path d="([^"]+)"', source.read_text("utf-8"))
        found[name] = " ".join(paths)
    return found


def write(path: Path, content: str | bytes) -> None:
    """Write only what changed, so that caches and watchers stay calm."""
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_bytes() != data:
        path.write_bytes(data)


def build() -> None:
    """Build everything. Raises: BuildError."""
    modules = node_modules()
    write(VENDOR / "kern.min.css", (modules / "@kern-ux/native/dist/kern.min.css").read_bytes())
    write(VENDOR / "htmx.min.js", (modules / "htmx.org/dist/htmx.min.js").read_bytes())
    write(VENDOR / "rathaus.css", style_sheet())
    write(VENDOR / "icons.json", json.dumps(icons(modules), separators=(",", ":"), sort_keys=True))
    for subset in SUBSETS:
        for weight in WEIGHTS:
            name = f"fira-sans-{subset}-{weight}-normal.woff2"
            source = modules / "@fontsource/fira-sans/files" / name
            write(VENDOR / "fonts" / name, source.read_bytes())
    FONTS.mkdir(exist_ok=True)
    for font in LETTER_FONTS:
        source = modules / "@expo-google-fonts" / font
        target = FONTS / source.name
        if not target.is_file() or target.stat().st_size != source.stat().st_size:
            shutil.copyfile(source, target)


def main() -> int:
    """Command line entry: 0 done, 2 something to install first."""
    try:
        build()
    except (BuildError, FileNotFoundError) as error:
        sys.stderr.write(f"theme: {error}\n")
        return 2
    sys.stdout.write(f"theme: {len(icon_names())} icons, style sheets and fonts built\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
