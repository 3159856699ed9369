"""What is kept between visitors: rendered fields that say nothing of anybody."""

from __future__ import annotations

from rathaus.forms import engine
from rathaus.forms.definition import FormDefinition


def test_what_is_kept_of_an_untouched_step_tells_nothing_of_anybody():
    form = FormDefinition.model_validate(
        {
            "steps": [
                {"key": "eins", "title": "Eins", "fields": [
                    {"key": "art", "type": "text", "label": "Art"}]},
                {"key": "zwei", "title": "Zwei", "fields": [
                    {"key": "name", "type": "text", "label": "Name"},
                    {"key": "mehr", "type": "text", "label": "Mehr",
                     "visible_if": {"==": [{"var": "name"}, "x"]}}]},
                {"key": "drei", "title": "Drei", "fields": [
                    {"key": "grund", "type": "text", "label": "Grund",
                     "visible_if": {"==": [{"var": "art"}, "x"]}}]},
                {"key": "vier", "title": "Vier", "fields": [
                    {"key": "wer", "type": "yes_no", "label": "Für sich?"}]},
                {"key": "fuenf", "title": "Fünf", "fields": [
                    {"key": "wohnt", "type": "address", "label": "Anschrift", "with_country": True},
                    {"key": "kind", "type": "person", "label": "Kind",
                     "parts": ["first_names", "birth_date"],
                     "visible_if": {"==": [{"var": "wer"}, False]}}]},
            ]
        }
    )  # fmt: skip
    empty = engine.bind(form, "zwei", {"art": "geheim"})
    assert empty.untouched
    assert empty.untouched == engine.bind(form, "zwei", {"art": "anders"}).untouched
    assert "geheim" not in empty.untouched
    assert not engine.bind(form, "zwei", {"name": "Okko"}).untouched
    assert not engine.bind(form, "zwei", {}, data={"name": ""}).untouched
    assert not engine.bind(form, "drei", {"art": "x"}).untouched  # reads another step

    steered = engine.bind(form, "fuenf", {"wer": True, "name": "Okko"}).untouched
    assert steered
    assert "Okko" not in steered
    assert steered != engine.bind(form, "fuenf", {"wer": False}).untouched
    for answered in (
        {"kind": {"first_names": "Tomke"}},
        {"kind": {"birth_date": "2020-02-03"}},
        {"wohnt": {"city": "Wiesmoor", "country": "DE"}},
        {"wohnt": {"country": "NL"}},
    ):
        assert not engine.bind(form, "fuenf", {"wer": False, **answered}).untouched
