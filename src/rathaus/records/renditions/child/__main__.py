"""``python -m rathaus.records.renditions.child``: answers questions until nobody asks."""

from __future__ import annotations

import dataclasses
import os
import select
import sys
from typing import Any

from rathaus.records.renditions.child import limits, source, wire
from rathaus.records.renditions.child.refusal import Refused

Answer = tuple[dict[str, Any], list[bytes]]


def answer(head: dict[str, Any], parts: list[bytes]) -> Answer:
    """Do what the head asks of the file in the first part. Raises: Refused."""
    pdf = source.pdf_of(parts[0], head.get("kind", "pdf"))
    match head["do"]:
        case "look" | "text":
            from rathaus.records.renditions.child.look import look

            facts, text = look(pdf, text_only=head["do"] == "text")
            return facts, [text]
        case "album":
            from rathaus.records.renditions.child import pictures

            return {}, [pictures.album(pdf)]
        case "picture":
            from rathaus.records.renditions.child import pictures

            data, ending = pictures.one(pdf, int(head["page"]), int(head["width"]))
            return {"ending": ending}, [data]
        case "read":
            from rathaus.records.renditions.child import ocr

            found = ocr.read(pdf, [int(n) for n in head["pages"]], language=head["language"])
            return {"pages": [dataclasses.asdict(page) for page in found]}, []
        case "archive":
            from rathaus.records.renditions.child import archive

            reads = {int(number): page for number, page in head["reads"].items()}
            facts, made, text = archive.make(pdf, reads, title=head["title"], note=head["note"])
            return facts, [made, text]
        case other:
            raise Refused(f"unknown question {other}")


def main() -> int:
    """Read, answer, again."""
    limits.apply()
    incoming, outgoing = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # what a library prints must not end up among the answers
    quiet = os.open(os.devnull, os.O_RDONLY)
    os.dup2(quiet, 0)
    with os.fdopen(incoming, "rb") as questions, os.fdopen(outgoing, "wb") as answers:
        while _somebody_asks(questions.fileno()):
            try:
                head, parts = wire.unpack(lambda size: _exactly(questions, size))
            except wire.Broken:
                return 0
            for piece in wire.pack(*_safely(head, parts)):
                answers.write(piece)
            answers.flush()
    return 0


def _somebody_asks(handle: int) -> bool:
    return bool(select.select([handle], [], [], limits.IDLE_SECONDS)[0])


def _exactly(stream: Any, size: int) -> bytes:
    data = bytes(stream.read(size))
    if len(data) != size:
        raise wire.Broken
    return data


def _safely(head: dict[str, Any], parts: list[bytes]) -> Answer:
    try:
        facts, made = answer(head, parts)
    except Refused as refused:
        return {"refused": refused.code}, []
    except TimeoutError:
        return {"failed": "timeout"}, []
    except MemoryError:
        return {"failed": "memory"}, []
    except Exception as error:
        return {"failed": "error", "error": f"{type(error).__name__}: {error}"[:300]}, []
    return {"facts": facts}, made


if __name__ == "__main__":
    sys.exit(main())
