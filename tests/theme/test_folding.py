"""Folded templates say what unfolded ones say, in every language."""

from __future__ import annotations

import pytest
from django.template import Context, Engine, Template
from django.template.base import TextNode
from django.utils import translation

from rathaus.theme.folding import Fixed, fold

pytestmark = pytest.mark.one_database
SOURCES = [
    'a {% translate "Suchen" %} b {{ x }} {% translate "Weiter" %}',
    "{% if x %}<p>{% icon 'search' %}{% translate 'Suchen' %}</p>{% else %}-{% endif %}",
    "{% for n in many %}{% blocktranslate %} Weiter {% endblocktranslate %}{{ n }},{% endfor %}",
    "{% blocktranslate with name=x %}Guten Tag, {{ name }}{% endblocktranslate %}",
    '{% url "portal:start" %}{% url "portal:start" as here %}[{{ here }}]',
    '{% translate "Suchen" as word %}{{ word }}{{ word }}{% icon name %}',
    "{% with y=x %}{% comment %}nothing{% endcomment %}{{ y }}{% endwith %}{% csrf_token %}",
    '{% autoescape off %}{% translate "Suchen" %}<b>{{ x }}{% endautoescape %}',
]


def templates(source: str) -> tuple[Template, Template]:
    engine = Engine.get_default()
    plain, folded = Template(source, engine=engine), Template(source, engine=engine)
    fold(folded.nodelist)
    return plain, folded


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("language", ["de", "en", "de"])
def test_the_same_words(source: str, language: str) -> None:
    plain, folded = templates(source)
    for value in ("<Ünal>", "", "x"):
        values = {"x": value, "many": [1, 2], "name": "home", "csrf_token": "token"}
        with translation.override(language):
            assert folded.render(Context(dict(values))) == plain.render(Context(dict(values)))


def test_one_template_in_two_languages_one_after_the_other() -> None:
    _plain, folded = templates('{% translate "Suchen" %}')
    said = []
    for language in ("de", "en", "de"):
        with translation.override(language):
            said.append(folded.render(Context()))
    assert said == ["Suchen", "Search", "Suchen"]


def test_neighbours_become_one_and_text_alone_stays() -> None:
    _plain, folded = templates('a{% translate "Suchen" %}b{{ x }}c')
    assert [type(node) for node in folded.nodelist][::2] == [Fixed, TextNode]
