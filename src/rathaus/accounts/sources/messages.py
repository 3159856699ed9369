"""What pydantic found, said in German for the operator."""

from __future__ import annotations

from pydantic import ValidationError

_TEXTS = {
    "missing": "fehlt",
    "extra_forbidden": "gibt es nicht; bitte Schreibweise prüfen",
    "string_type": "muss ein Text sein",
    "string_too_short": "darf nicht leer sein",
    "string_too_long": "ist zu lang (höchstens {max_length} Zeichen)",
    "string_pattern_mismatch": "hat nicht die erwartete Form ({pattern})",
    "literal_error": "muss einer dieser Werte sein: {expected}",
    "enum": "muss einer dieser Werte sein: {expected}",
    "bool_parsing": "muss true oder false sein",
    "bool_type": "muss true oder false sein",
    "int_parsing": "muss eine ganze Zahl sein",
    "int_type": "muss eine ganze Zahl sein",
    "list_type": "muss eine Liste sein",
    "tuple_type": "muss eine Liste sein",
    "dict_type": "muss aus „Name: Wert“ bestehen",
    "model_type": "muss aus „Name: Wert“ bestehen",
    "greater_than_equal": "muss mindestens {ge} sein",
    "less_than_equal": "darf höchstens {le} sein",
    "too_short": "braucht mindestens {min_length} Eintrag",
}


def explain(error: ValidationError) -> list[str]:
    """One sentence for each finding: which field, what is wrong."""
    return [_sentence(finding) for finding in error.errors(include_url=False)]  # type: ignore[arg-type]


def _sentence(finding: dict[str, object]) -> str:
    where = ".".join(str(part) for part in finding["loc"])  # type: ignore[attr-defined]
    context: dict[str, object] = finding.get("ctx") or {}  # type: ignore[assignment]
    template = _TEXTS.get(str(finding["type"]))
    if template:
        text = template.format(**context)
    elif finding["type"] == "value_error":
        text = str(context.get("error", finding["msg"]))
        return f"„{where}“: {text}" if where else text
    else:
        text = f"kann so nicht verwendet werden ({finding['msg']})"
    return f"„{where}“ {text.rstrip('.')}."
