"""Compiled templates say what Django says, also where something is missing or fails."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.template import Context, Engine, Template
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given, settings
from hypothesis import strategies as st

from rathaus.theme.compiling import CompiledList
from rathaus.theme.folding import finish, fold

pytestmark = pytest.mark.one_database


class Gone(ObjectDoesNotExist):
    silent_variable_failure = True


class Thing:
    """What a page may show: fields, methods, and things that fail."""

    name = "<Ünal & Söhne>"
    none = None
    zero = 0
    many = (1, 2, 3)
    items = mark_safe("<b>safe</b>")

    def __repr__(self) -> str:
        return "<Thing>"

    def method(self) -> str:
        return "<called>"

    def needs(self, word: str) -> str:
        return word

    def destroy(self) -> str:
        raise AssertionError("a template destroyed something")

    destroy.alters_data = True  # type: ignore[attr-defined]

    @property
    def gone(self) -> str:
        raise Gone

    @property
    def broken(self) -> str:
        raise ValueError("broken")

    @property
    def hidden(self) -> str:
        raise AttributeError("hidden")

    def __init__(self) -> None:
        self.read = 0

    @property
    def counted(self) -> list[int]:
        self.read += 1
        return [self.read]

    @property
    def flips(self) -> str:
        self.read += 1
        if self.read == 1:
            raise ValueError("only the first time")
        return "flipped"

    @property
    def thing(self) -> Thing:
        return self


class Nothing:
    def __repr__(self) -> str:
        return "<Nothing>"

    def __len__(self) -> int:
        return 0


def values() -> dict[str, Any]:
    return {
        "x": "<x>",
        "safe": mark_safe("<i>"),
        "lazy": gettext_lazy("Suchen"),
        "late": SimpleLazyObject(Thing),
        "number": 1234567,
        "money": 12.5,
        "none": None,
        "yes": True,
        "thing": Thing(),
        "row": {"name": "dict", "items": "key", "more": {"deep": ["<0>", "<1>"]}},
        "many": ["a", "<b>", "c"],
        "one": ["a"],
        "pairs": [("a", 1), ("b", 2)],
        "uneven": [("a", 1), ("b",)],
        "stream": (n for n in range(3)),
        "nothing": Nothing(),
        "call": lambda: "<result>",
        "csrf_token": "token",
    }


def outcome(template: Template) -> Any:
    try:
        return template.render(Context(values()))
    except Exception as error:
        return type(error), str(error)


def both(source: str) -> tuple[Any, Any]:
    engine = Engine.get_default()
    plain, made = Template(source, engine=engine), Template(source, engine=engine)
    fold(made.nodelist)
    finish(made)
    return outcome(plain), outcome(made)


NAMES = [
    "x", "safe", "lazy", "number", "money", "none", "yes", "missing", "call", "row", "thing",
    "thing.name", "thing.none", "thing.items", "thing.method", "thing.needs", "thing.destroy",
    "thing.gone", "thing.broken", "thing.hidden", "thing.missing", "thing.thing.name",
    "thing.many.1", "thing.many.9", "row.name", "row.items", "row.keys", "row.more.deep.0",
    "row.more.deep.7", "row.missing", "many.0", "many.first", "late.name", "late.missing",
    "none.x", "number.real", "forloop.counter", "True", "None", "'text'", "'<q>'", "7", "1.5",
    '_("Suchen")', "x|upper", "missing|default:'-'", "thing.name|default:x", "many|length",
    "number|floatformat:2", "thing.gone|default_if_none:'-'", "thing.broken|upper",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "frame",
    [
        "{{{{ {} }}}}",
        "{{% autoescape off %}}{{{{ {} }}}}{{% endautoescape %}}",
        "{{% if {} %}}a{{% else %}}b{{% endif %}}",
        "{{% if not {} and yes %}}a{{% endif %}}",
        "{{% with w={} %}}[{{{{ w }}}}]{{% endwith %}}",
        "{{% for n in {} %}}{{{{ n }}}},{{% empty %}}none{{% endfor %}}",
    ],
)
def test_every_kind_of_value_everywhere(frame: str, name: str) -> None:
    plain, made = both(frame.format(name))
    assert made == plain


SOURCES = [
    "{% for a, b in pairs %}{{ a }}={{ b }};{% endfor %}",
    "{% for a, b in uneven %}{{ a }}={{ b }};{% endfor %}",
    "{% for a, b in many %}{{ a }}{% endfor %}",
    "{% for n in stream reversed %}{{ n }}{{ forloop.last }}{% endfor %}",
    "{% for n in many reversed %}{{ forloop.revcounter }}{{ forloop.revcounter0 }}{% endfor %}",
    "{% for n in nothing %}{{ n }}{% empty %}{{ x }}{{ forloop }}{% endfor %}{{ n }}{{ forloop }}",
    "{% for n in many %}{% for m in many %}{{ forloop.parentloop.counter }}{{ forloop.first }}"
    "{{ m }}{% endfor %}{% endfor %}",
    "{% for n in many %}{% cycle 'odd' 'even' as kind %}{{ kind }}{% endfor %}{{ kind }}",
    "{% for a, b in pairs %}{% ifchanged b %}{{ a }}{% else %}-{% endifchanged %}{% endfor %}",
    "{% for n in many %}{% ifchanged %}x{% endifchanged %}{% endfor %}",
    "{% for n in many %}{% cycle 'a' 'b' %}{% firstof missing n %}{% resetcycle %}{% endfor %}",
    "{% with x=thing.name y=x %}{{ x }}{{ y }}{% endwith %}{{ x }}{{ y }}",
    "{% with n=many %}{% for n in n %}{{ n }}{% endfor %}{{ n }}{% endwith %}",
    "{{ thing.counted.0 }}{{ thing.counted.0 }}{{ thing.thing.counted.first }}{{ thing.read }}",
    "{% if thing.counted.0 == 1 and not thing.broken or yes %}a{% endif %}{{ thing.read }}",
    "{{ thing.flips }}",
    "{% if thing.flips %}a{% else %}b{% endif %}",
    "{% if thing.flips or yes %}a{% else %}b{% endif %}{{ thing.read }}",
    "{% if 1 in stream and not x < none %}a{% else %}b{% endif %}",
    "{% blocktranslate with v=thing.counted %}{{ v }}{{ gone }}{% endblocktranslate %}",
    "{% if x|default:missing %}a{% endif %}{% if missing|default:missing %}b{% else %}c{% endif %}",
    "{% if 0 %}{% include 5 %}{% endif %}",
    "{% include '' %}",
    "{% if x and yes and number and safe and lazy and thing and not none %}a{% endif %}",
    "{% if none or missing or thing.gone or thing.broken or yes or x %}a{% else %}b{% endif %}",
    "{% if not none and not missing or x == number and yes or not x %}a{% endif %}",
    "{% if thing.broken or yes %}a{% else %}b{% endif %}",
    "{% if thing.broken and x or yes %}a{% else %}b{% endif %}",
    "{% if x in many %}a{% elif x not in many %}b{% endif %}",
    "{% if x in none %}a{% elif number > x %}b{% elif number >= 1 %}c{% endif %}",
    "{% if none is None %}a{% endif %}{% if x is not none %}b{% endif %}{% if not x %}c{% endif %}",
    "{% if missing == None %}a{% endif %}{% if missing != 'x' %}b{% endif %}",
    "{% if number < 5 %}a{% elif number <= 1234567 %}b{% endif %}",
    "{% if many|length > 2 and thing.name|lower != x %}a{% endif %}",
    "{% if thing.broken %}a{% elif yes %}b{% endif %}",
    "{% if x %}{% elif yes %}{% else %}{% endif %}",
    "{% comment %}x{% endcomment %}{% spaceless %} <b> {{ x }} </b> <i></i> {% endspaceless %}",
    "{% filter upper %}{{ x }}{% for n in many %}{{ n }}{% endfor %}{% endfilter %}",
    "{% blocktranslate with name=thing.name %}Guten Tag, {{ name }}{% endblocktranslate %}",
    "{% blocktranslate with x=x|upper %}{{ x }}: 100 % {{ number }}{% endblocktranslate %}",
    "{% blocktranslate with x=x n=missing %}{{ x }}: {{ n }}{{ y }}{% endblocktranslate %}",
    "{% blocktranslate trimmed with x=thing.broken %}\n {{ x }}\n {% endblocktranslate %}",
    "{% blocktranslate trimmed %}\n Weiter {{ safe }}{{ lazy }}\n {% endblocktranslate %}",
    "{% blocktranslate count n=number %}{{ n }} Tag{% plural %}{{ n }} Tage{% endblocktranslate %}",
    "{% blocktranslate asvar w %}Weiter {{ x }}{% endblocktranslate %}[{{ w }}]",
    '{% translate "Suchen" as word %}{{ word }}{% url "portal:start" as here %}{{ here }}',
    "{% csrf_token %}{% icon 'search' %}{% block one %}{{ x }}{{ block.name }}{% endblock %}",
    "{% include 'missing.html' %}",
    "{% include missing %}",
    "{% verbatim %}{{ x }}{% endverbatim %}{% widthratio number 100 5 %}",
    "{% for n in one %}" * 12 + "{{ forloop.parentloop.parentloop.counter }}" + "{% endfor %}" * 12,
    "{% if number == 0" + " or x" * 150 + " %}a{% endif %}",
    "".join(f"{{% {'elif' if n else 'if'} number == {n} %}}{n}" for n in range(150))
    + "{% endif %}",
    "{% if yes %}" * 30 + "{{ x }}" + "{% endif %}" * 30,
    "".join(f"{{% {'elif' if n else 'if'} number == {n} %}}{n}" for n in range(60)) + "{% endif %}",
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_kind_of_tag(source: str, language: str) -> None:
    with translation.override(language):
        plain, made = both(source)
    assert made == plain


_names = st.sampled_from(NAMES)
_operators = st.sampled_from(["and", "or", "==", "!=", "in", "<", "is not"])
_conditions = st.one_of(
    _names,
    st.builds("not {}".format, _names),
    st.builds("{} {} {}".format, _names, _operators, _names),
    st.builds("{} {} not {} or {}".format, _names, st.just("and"), _names, _names),
)


def _around(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format, _conditions, inner, inner),
        st.builds(
            "{{% for x in {} %}}{}{{% empty %}}{}{{% endfor %}}".format, _names, inner, inner
        ),
        st.builds("{{% with number={} %}}{}{{% endwith %}}".format, _names, inner),
    )


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.one_of(st.sampled_from(["text", "<b>", ""]), st.builds("{{{{ {} }}}}".format, _names)),
        _around,
        max_leaves=12,
    )
)
def test_whatever_stands_in_whatever(source: str) -> None:
    plain, made = both(source)
    assert made == plain


PAGES = {
    "base.html": "<{% block title %}{{ x }}{% endblock %}|{% block main %}base{% endblock %}>",
    "middle.html": "{% extends 'base.html' %}{% block main %}{% block inner %}in{% endblock %}"
    "{{ block.super }}{% include 'part.html' with x=thing.name %}{{ x }}{% endblock %}",
    "page.html": "{% extends 'middle.html' %}ignored{% block inner %}{{ block.super }}!"
    "{% for n in many %}{% include 'part.html' with x=n only %}{% endfor %}{% endblock %}",
    "part.html": "({{ x }}{{ number }}{% block title %}own{% endblock %})",
    "tree.html": "{{ depth }}{% if depth %}{% with depth=none %}{% include './tree.html' %}"
    "{% endwith %}{% endif %}",
    "chosen.html": "{% include which %}",
    "twice.html": "{% extends 'page.html' %}{% block inner %}"
    "{% if x %}{{ x }}{% endif %}{% endblock %}",
}


@pytest.mark.parametrize("name", PAGES)
def test_pages_that_extend_and_include(name: str) -> None:
    said = []
    for loader in ("django.template.loaders.cached.Loader", "rathaus.theme.folding.Loader"):
        engine = Engine(loaders=[(loader, [("django.template.loaders.locmem.Loader", PAGES)])])
        template = engine.get_template(name)
        context = {**values(), "depth": "d", "which": "part.html"}
        said.append([template.render(Context(dict(context))) for _ in range(2)])
    assert said[0] == said[1]


def test_a_failure_leaves_nothing_on_the_context() -> None:
    source = "{% for a in many %}{% with b=a %}{{ thing.broken }}{% endwith %}{% endfor %}"
    template = Template(source, engine=Engine.get_default())
    finish(template)
    context = Context(values())
    before = len(context.dicts)
    with pytest.raises(ValueError, match="broken"):
        template.render(context)
    assert len(context.dicts) == before


def test_what_a_template_says_never_becomes_code() -> None:
    hostile = "'); raise SystemExit('"
    plain, made = both(
        f'{{# #}}{hostile}{{{{ x|default:"{hostile}" }}}}{{% if x == "{hostile}" %}}a{{% endif %}}'
    )
    assert made == plain


def test_the_loader_compiles(db: None) -> None:
    from django.template.loader import get_template

    template: Any = get_template("403.html")
    blocks = template.template.nodelist[0].blocks
    assert blocks and all(type(block.nodelist) is CompiledList for block in blocks.values())
