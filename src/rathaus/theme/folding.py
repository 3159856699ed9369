"""Templates whose fixed parts are put together once per language.

A page consists mostly of markup, translated texts, icons and addresses that never change while
the process runs. The loader joins neighbouring fixed parts to one text, so that a request only
renders what depends on it. What a template says stays the same; see ``tests/theme/test_folding``.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from django.template import Context, Node, NodeList, Template
from django.template.base import FilterExpression, TextNode, Variable
from django.template.defaulttags import CommentNode, LoadNode, URLNode
from django.template.library import SimpleNode
from django.template.loader_tags import (
    BLOCK_CONTEXT_KEY,
    BlockContext,
    BlockNode,
    ExtendsNode,
)
from django.template.loaders import cached
from django.template.loaders.base import Loader as BaseLoader
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode

from rathaus.theme.compiling import compile_below, compiled
from rathaus.theme.fixed import Fixed

PURE = frozenset({"icon"})
"""Simple tags of ours whose output depends on nothing but their arguments."""


class Extends(ExtendsNode):
    """``{% extends "…" %}`` that looks for the other template and its blocks once.

    The loader keeps both templates as long as this one, so they belong together.
    """

    def __init__(self, node: ExtendsNode) -> None:
        super().__init__(node.nodelist, node.parent_name, node.template_dirs)
        self.origin, self.token = node.origin, node.token
        self._parent: Template | None = None
        self._root_blocks: dict[str, BlockNode] = {}

    def get_parent(self, context: Context) -> Template:
        if self._parent is not None:
            history: Any = context.render_context.setdefault(self.context_key, [self.origin])
            history.append(self._parent.origin)
        else:
            found: Template = super().get_parent(context)
            if not any(isinstance(node, ExtendsNode) for node in found.nodelist):
                blocks: list[Any] = found.nodelist.get_nodes_by_type(BlockNode)
                self._root_blocks = {block.name: block for block in blocks}
            self._parent = found
        return self._parent

    def render(self, context: Context) -> str:
        parent: Any = self.get_parent(context)
        if BLOCK_CONTEXT_KEY not in context.render_context:
            context.render_context[BLOCK_CONTEXT_KEY] = BlockContext()
        found = context.render_context[BLOCK_CONTEXT_KEY]
        found.add_blocks(self.blocks)
        if self._root_blocks:
            found.add_blocks(self._root_blocks)
        with context.render_context.push_state(parent, isolated_context=False):
            return str(parent._render(context))


class _Folding(BaseLoader):
    """Folds and compiles a template before anybody else can see it."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        template: Template = super().get_template(template_name, skip)
        fold(template.nodelist)
        if not self.engine.debug:  # there Django tells where in a template an error arose
            finish(template)
        return template


def finish(template: Template) -> None:
    """Make functions of a folded template."""
    name = str(template.name)
    if any(isinstance(node, ExtendsNode) for node in template.nodelist):
        for block in template.nodelist.get_nodes_by_type(BlockNode):
            compile_below(block, name)
    else:
        template.nodelist = compiled(template.nodelist, name)


class Loader(cached.Loader, _Folding):
    """Django's cached loader, which compiles through `_Folding`."""


def fold(nodes: NodeList) -> None:
    """Join the fixed parts of `nodes` and of everything below, in place."""
    for node in nodes:
        # The list of an `if` is a copy of what its conditions hold.
        for name in () if hasattr(node, "conditions_nodelists") else node.child_nodelists:
            if isinstance(below := getattr(node, name, None), NodeList):
                fold(below)
        for _condition, below in getattr(node, "conditions_nodelists", ()):
            fold(below)
    if any(isinstance(node, ExtendsNode) for node in nodes):
        nodes[:] = [_extends(node) if type(node) is ExtendsNode else node for node in nodes]
        return  # what stands beside its blocks is never shown
    joined: list[Node] = []
    for fixed, group in groupby(nodes, is_fixed):
        parts = list(group)
        joined += [Fixed(parts)] if fixed and not _is_text(parts) else parts
    nodes[:] = joined


def _extends(node: ExtendsNode) -> ExtendsNode:
    """Only with a name that cannot be the template's own, which would mean one elsewhere."""
    name: Any = node.parent_name
    if not _constant(name) or name.var == node.origin.template_name:
        return node
    return Extends(node)


def _is_text(parts: list[Node]) -> bool:
    return len(parts) == 1 and isinstance(parts[0], TextNode)


def is_fixed(node: Node) -> bool:
    """Whether `node` says the same whatever the context."""
    if isinstance(node, TextNode | CommentNode | LoadNode):
        return True
    check = _CHECKS.get(type(node))
    return check is not None and check(node)


def _constant(expression: Any) -> bool:
    return (
        isinstance(expression, FilterExpression)
        and not expression.filters
        and not (isinstance(expression.var, Variable) and expression.var.literal is None)
    )


def _translate(node: Any) -> bool:
    return not (node.asvar or node.noop or node.message_context) and _constant(
        node.filter_expression
    )


def _blocktranslate(node: Any) -> bool:
    return not (
        node.extra_context or node.countervar or node.asvar or node.message_context
    ) and all(token.token_type.name == "TEXT" for token in node.singular)


def _simple(node: Any) -> bool:
    return (
        getattr(node.func, "__name__", "") in PURE
        and not (node.takes_context or node.target_var)
        and all(map(_constant, [*node.args, *node.kwargs.values()]))
    )


def _url(node: Any) -> bool:
    return not (node.args or node.kwargs or node.asvar) and _constant(node.view_name)


def _static(node: Any) -> bool:
    return node.varname is None and _constant(node.path)


_CHECKS: dict[type[Node], Callable[[Any], bool]] = {
    TranslateNode: _translate,
    BlockTranslateNode: _blocktranslate,
    SimpleNode: _simple,
    URLNode: _url,
    StaticNode: _static,
}
