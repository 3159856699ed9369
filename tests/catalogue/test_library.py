"""Reading the library: every mistake with file, line and path; the shipped one is sound."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from rathaus.catalogue import cases, cli, gate, library, queries
from rathaus.catalogue.library import Library, LibraryError
from rathaus.organisation.loading import DEMO_TOWN, read_town

from .conftest import BASE, build


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "library"
    (place / "zaun-anzeigen").mkdir(parents=True)
    text = yaml.safe_dump(BASE, allow_unicode=True, sort_keys=False)
    (place / "zaun-anzeigen" / "service.yaml").write_text(text, encoding="utf-8")
    (place / "topics.yaml").write_text("- {slug: bauen, title: Bauen}\n", encoding="utf-8")
    return place


def change(folder: Path, before: str, after: str) -> None:
    file = folder / "zaun-anzeigen" / "service.yaml"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def test_a_folder_is_read(folder: Path) -> None:
    found = library.load_all(folder)
    assert found.services == (build(),)
    assert found.topics[0].title == "Bauen"


def test_topics_may_stand_under_a_heading(folder: Path) -> None:
    (folder / "topics.yaml").write_text("topics:\n- {slug: a, title: A}\n", encoding="utf-8")
    assert library.load_all(folder).topics[0].slug == "a"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("office: ordnungsamt", "offfice: ordnungsamt", r"service.yaml:\d+: offfice: Extra inputs"),
        ("type: email", "type: mail", r"service.yaml:\d+: form.steps.0.fields.2.type: "),
        ("title: Zaun anzeigen", "title: a\ntitle: b", r"title: this key occurs twice"),
        ("slug: zaun-anzeigen", "slug: Zaun Anzeigen", r"service.yaml:1: slug: "),
        ("slug: zaun-anzeigen", "slug: zaun", r"service.yaml:1: slug: slug is 'zaun' but"),
        ("amount_cents: 2000", "amount_cents: -1", "a fee is never negative"),
        ("payment_policy: before", "payment_policy: none", "fees need a payment policy"),
        ("slug: zaun-anzeigen", "slug: [", r"service.yaml:\d+: "),
        ("slug: zaun-anzeigen", "slug: !!python/object/apply:os.system [ls]", "service.yaml"),
    ],
)
def test_mistakes_are_named(folder: Path, before: str, after: str, message: str) -> None:
    change(folder, before, after)
    with pytest.raises(LibraryError, match=message):
        library.load_all(folder)


def test_the_line_is_the_right_one(folder: Path) -> None:
    change(folder, "type: email", "type: mail")
    file = folder / "zaun-anzeigen" / "service.yaml"
    with pytest.raises(LibraryError) as caught:
        library.load_all(folder)
    line = file.read_text(encoding="utf-8").splitlines()[caught.value.problems[0].line - 1]
    assert "type: mail" in line


def test_all_problems_of_all_files_at_once(folder: Path) -> None:
    change(folder, "type: email", "type: mail")
    (folder / "topics.yaml").write_text(
        "- {slug: bauen}\n- {slug: x, title: X}\n- {slug: x, title: Y}"
    )
    (folder / "leer").mkdir()
    (folder / "leer" / "service.yaml").write_text("")
    (folder / "bytes").mkdir()
    (folder / "bytes" / "service.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(LibraryError) as caught:
        library.load_all(folder)
    text = str(caught.value)
    for part in ("mail", "0.title", "occurs twice", "the file is empty", "not UTF-8"):
        assert part in text


def test_a_bomb_of_aliases_is_survived(folder: Path) -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    (folder / "topics.yaml").write_text("\n".join(lines))
    with pytest.raises(LibraryError):
        library.load_all(folder)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="no such folder"):
        library.load_all(tmp_path / "nowhere")


class TestCases:
    def test_recorded_cases_pass_or_say_why(self, folder: Path) -> None:
        answers = {"vorname": "Enno", "nachname": "Duis", "email": "a@b.example", "laenge": 3}
        row = {"name": "ok", "on": "2026-11-22", "fees_cents": 2000, "answers": answers}
        file = folder / "zaun-anzeigen" / "cases.yaml"
        file.write_text(json.dumps([row]))
        found = cases.load(file)
        assert cases.run(build(), found) == []
        wrong = found[0].model_copy(update={"fees_cents": 1})
        assert "20,00" in cases.run(build(), [wrong])[0].text
        wrong = found[0].model_copy(update={"expect": "problems"})
        assert len(cases.run(build(), [wrong])) == 1
        wrong = found[0].model_copy(update={"answers": {}})
        assert cases.run(build(), [wrong])[0].where == "cases.ok"

    def test_a_wrong_file_of_cases(self, folder: Path) -> None:
        file = folder / "zaun-anzeigen" / "cases.yaml"
        file.write_text("- {name: x}")
        with pytest.raises(LibraryError, match=r"0\.on: Field required"):
            cases.load(file)
        file.write_text("x: 1")
        with pytest.raises(LibraryError, match="a list is expected"):
            cases.load(file)


class TestShipped:
    def test_every_service_passes_the_gate(self, shipped: Library) -> None:
        offices = frozenset(row.key for row in read_town(DEMO_TOWN).offices)
        context = gate.Context(offices=offices).with_library(shipped)
        blocked = {
            row.slug: [f for f in gate.check(row, context) if f.severity == "error"]
            for row in shipped.services
        }
        assert {slug: rows for slug, rows in blocked.items() if rows} == {}

    def test_every_topic_has_a_service_and_no_slug_occurs_twice(self, shipped: Library) -> None:
        slugs = [row.slug for row in shipped.services]
        assert len(set(slugs)) == len(slugs)
        used = {topic for row in shipped.services for topic in row.topics}
        assert used == {row.slug for row in shipped.topics}

    def test_positions_on_the_start_page_differ(self, shipped: Library) -> None:
        positions = [row.popular for row in shipped.services if row.popular]
        assert len(set(positions)) == len(positions)


class TestCommands:
    def test_check_of_a_sound_folder(self, folder: Path, capsys) -> None:
        change(folder, "- bauen", "- familie-leben")
        (folder / "topics.yaml").unlink()
        assert cli.check_command([folder], json=True) == 0
        assert json.loads(capsys.readouterr().out)["services"]["zaun-anzeigen"] == []

    def test_check_finds_something(self, folder: Path, capsys) -> None:
        change(folder, "office: ordnungsamt", "office: finanzamt")
        assert cli.check_command([folder / "zaun-anzeigen"]) == 1
        assert "finanzamt" in capsys.readouterr().out

    def test_check_of_a_broken_file(self, folder: Path, capsys) -> None:
        change(folder, "type: email", "type: mail")
        file = folder / "zaun-anzeigen" / "service.yaml"
        assert cli.check_command([file], json=True) == 1
        assert json.loads(capsys.readouterr().out)["problems"][0]["line"] > 1

    def test_check_of_nothing(self, tmp_path: Path, capsys) -> None:
        assert cli.check_command([tmp_path / "nowhere"]) == 2
        (tmp_path / "empty").mkdir()
        assert cli.check_command([tmp_path / "empty"]) == 1, "a mistyped folder must not pass"

    def test_list(self, catalogue: Library, capsys) -> None:
        assert cli.list_command(json=True) == 0
        rows = json.loads(capsys.readouterr().out)
        assert len(rows) == len(queries.definitions())
        assert {row["slug"]: row["maturity"] for row in rows}["personalausweis"] == 1
        assert cli.list_command() == 0
