"""What a browser does without script: keep cookies, follow redirects, send a page's form."""

from __future__ import annotations

import re
import uuid
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import yaml
from django.test import Client

from rathaus.catalogue import library
from rathaus.catalogue import queries as catalogue
from rathaus.forms import engine
from rathaus.forms.definition import Field, FieldType
from rathaus.proceedings.models import Application, Draft

HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')
Data = dict[str, Any]


class Browser:
    """A resident's browser; `page` is the text of the page shown, `path` its address."""

    def __init__(self) -> None:
        self.client = Client(headers={"accept-language": "de"}, enforce_csrf_checks=True)
        self.page = ""
        self.path = ""
        self.status = 0
        self.response: Any = None

    def get(self, path: str) -> Browser:
        return self._take(self.client.get(path, follow=True), path)

    def post(self, data: Data, path: str = "", **more: Any) -> Browser:
        """Send the form of the page shown; `data` over its hidden fields."""
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(self.page)}
        hidden.pop("csrfmiddlewaretoken", None)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)
        sent = {**hidden, **data, "csrfmiddlewaretoken": token[1] if token else ""}
        return self._take(self.client.post(path or self.path, sent, follow=True, **more), path)

    @property
    def title(self) -> str:
        """What the browser's tab says."""
        found = re.search(r"<title>(.*?)</title>", self.page, re.DOTALL)
        return " ".join(unescape(found[1]).split()) if found else ""

    def _take(self, response: Any, path: str) -> Browser:
        self.response, self.status = response, response.status_code
        chain = getattr(response, "redirect_chain", [])
        where = urlsplit(chain[-1][0] if chain else path or self.path)
        self.path = where.path + (f"?{where.query}" if where.query else "")
        binary = response.streaming or "text/html" not in response.get("Content-Type", "")
        self.page = "" if binary else response.content.decode()
        return self

    # --- the way of an application ----------------------------------------------------

    def begin(self, slug: str) -> Draft:
        self.get(f"/leistungen/{slug}/")
        self.post({}, f"/antrag/beginnen/{slug}/")
        return Draft.objects.get(public_id=self.path.split("/")[2])

    def fill(self, slug: str, **more: Any) -> Draft:
        """Begin and fill in every step; ends on the check page."""
        draft = self.begin(slug)
        form = catalogue.current(slug).parsed.form
        assert form is not None
        answers = {**sample(slug), **more}
        for step in engine.visible_steps(form, answers):
            assert self.path.endswith(f"/{step.key}/"), (self.path, step.key, errors(self.page))
            self.post(typed(step.fields, answers))
        assert self.path.endswith("/pruefen/"), errors(self.page)
        draft.refresh_from_db()
        return draft

    def apply(self, slug: str, **more: Any) -> Application:
        """The whole way to the confirmation page."""
        self.fill(slug, **more)
        self.post({})
        assert "/bestaetigung/" in self.path, errors(self.page)
        return Application.objects.get(public_id=uuid.UUID(self.path.split("/")[2]))


def sample(slug: str) -> Data:
    """Answers of the first valid test case of a service."""
    text = (library.SHIPPED / slug / "cases.yaml").read_text(encoding="utf-8")
    return next(case["answers"] for case in yaml.safe_load(text) if case["expect"] == "valid")


def typed(fields: tuple[Field, ...], answers: Data, prefix: str = "") -> Data:
    """Answers as a browser sends them."""
    sent: Data = {}
    for field in fields:
        value = answers.get(field.key)
        if value is None or field.type == FieldType.UPLOAD:
            continue
        name = prefix + field.key
        if field.type == FieldType.GROUP:
            sent[f"{name}.count"] = str(len(value))
            for index, item in enumerate(value):
                sent |= typed(field.fields, item, f"{name}.{index}.")
        else:
            sent |= plain(name, value, money=field.type == FieldType.MONEY)
    return sent


def plain(name: str, value: Any, *, money: bool = False) -> Data:
    if isinstance(value, bool):
        return {name: "yes" if value else "no"}
    if isinstance(value, dict):
        parts: Data = {}
        for key, inner in value.items():
            parts |= plain(f"{name}.{key}", inner)
        return parts
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        year, month, day = value.split("-")
        return {f"{name}.day": day, f"{name}.month": month, f"{name}.year": year}
    if money:
        return {name: f"{value / 100:.2f}".replace(".", ",")}
    return {name: value if isinstance(value, list) else str(value)}


def errors(page: str) -> list[str]:
    """Texts of the error summary."""
    block = re.search(r'class="rh-errors.*?</ul>', page, re.DOTALL)
    return re.findall(r">([^<>]+)</a>", block[0]) if block else [page[:2000]]
