"""``{% remember %}``: parts of a page that are the same for everybody, rendered once."""

from __future__ import annotations

from collections import OrderedDict

from django.template import Context, Library, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token
from django.utils.translation import get_language

register = Library()
LIMIT = 300
_kept: OrderedDict[tuple[object, ...], str] = OrderedDict()


class Remember(Node):
    """Keeps its output per process, language and arguments; the oldest goes first."""

    def __init__(self, name: str, nodes: NodeList, arguments: list[FilterExpression]) -> None:
        self.name = name
        self.nodelist = nodes
        self.arguments = arguments

    def render(self, context: Context) -> str:
        values = [argument.resolve(context, ignore_failures=True) for argument in self.arguments]
        if not values or values[0] in (None, ""):
            return self.nodelist.render(context)
        key = (self.name, get_language(), *map(str, values))
        found = _kept.get(key)
        if found is None:
            found = _kept[key] = self.nodelist.render(context)
            while len(_kept) > LIMIT:
                _kept.popitem(last=False)
        return found


@register.tag
def remember(parser: Parser, token: Token) -> Remember:
    """``{% remember "name" version more … %}…{% endremember %}``.

    `version` has to change with everything that is shown; where it is empty nothing is kept.
    Nothing personal belongs inside: no names, no tokens, no choices of a visitor.
    """
    bits = token.split_contents()
    if len(bits) < 3 or bits[1][0] not in "\"'":
        raise TemplateSyntaxError("remember needs a quoted name and a version")
    nodes = parser.parse(("endremember",))
    parser.delete_first_token()
    return Remember(bits[1][1:-1], nodes, [parser.compile_filter(bit) for bit in bits[2:]])


def forget() -> None:
    """Drop everything that is kept; for tests."""
    _kept.clear()
