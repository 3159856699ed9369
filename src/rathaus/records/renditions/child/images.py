"""Pictures (JPEG, PNG, TIFF with many pages, GIF, BMP, WebP) as PDF, unchanged if possible."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps, ImageSequence

from rathaus.records.renditions.child import limits
from rathaus.records.renditions.child.refusal import Refused

MIN_DPI, MAX_DPI = 60, 1200
A4_INCHES = (8.27, 11.69)


def to_pdf(content: bytes) -> bytes:
    """One page per picture, in its own size. Raises: Refused."""
    import img2pdf

    Image.MAX_IMAGE_PIXELS = limits.MAX_PIXELS
    try:
        with Image.open(BytesIO(content)) as picture:
            if picture.width * picture.height > limits.MAX_PIXELS:
                raise Refused("too_large")
            frames = getattr(picture, "n_frames", 1)
            if frames > limits.MAX_PAGES:
                raise Refused("too_many_pages")
            if _plain_jpeg(picture):
                parts = [content]
                dpi = [_dpi(picture)]
            else:
                moves = picture.format in ("GIF", "WEBP", "PNG", "MPO")
                parts, dpi = _frames(picture, 1 if moves else frames)
    except Image.DecompressionBombError:
        raise Refused("too_large") from None
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise Refused("broken" if "identify" not in str(error) else "no_picture") from None
    try:
        made = img2pdf.convert(
            parts,
            layout_fun=img2pdf.get_fixed_dpi_layout_fun((dpi[0], dpi[0])),
            rotation=img2pdf.Rotation.ifvalid,
            nodate=True,
        )
    except (img2pdf.ImageOpenError, ValueError, TypeError, OSError):
        raise Refused("broken") from None
    if not isinstance(made, bytes):
        raise Refused("broken")
    return made


def _plain_jpeg(picture: Image.Image) -> bool:
    """Whether the bytes may go in as they are: no CMYK (needs a profile of its own)."""
    if picture.format != "JPEG" or picture.mode not in ("L", "RGB"):
        return False
    picture.load()  # a cut-off file is noticed here
    return True


def _frames(picture: Image.Image, count: int) -> tuple[list[bytes], list[float]]:
    parts, dpi, pixels = [], [], 0
    for number, frame in enumerate(ImageSequence.Iterator(picture)):
        if number >= count:
            break
        pixels += frame.width * frame.height
        if frame.width * frame.height > limits.MAX_PIXELS or pixels > 20 * limits.MAX_PIXELS:
            raise Refused("too_large")
        dpi.append(_dpi(frame))
        parts.append(_stored(ImageOps.exif_transpose(frame) or frame, dpi[-1]))
    return parts, dpi


def _stored(frame: Image.Image, dpi: float) -> bytes:
    """Losslessly; what is seen through is put on white, CMYK and 16 bit become RGB and grey."""
    if frame.mode in ("RGBA", "LA", "PA") or "transparency" in frame.info:
        shown = frame.convert("RGBA")
        ground = Image.new("RGBA", shown.size, "white")
        frame = Image.alpha_composite(ground, shown).convert("RGB")
    elif frame.mode.startswith("I") or frame.mode == "F":
        frame = frame.convert("L")
    elif frame.mode not in ("1", "L", "RGB"):
        frame = frame.convert("RGB")
    out = BytesIO()
    frame.save(out, "PNG", dpi=(dpi, dpi), compress_level=3)
    return out.getvalue()


def _dpi(picture: Image.Image) -> float:
    """As the file says where that can be; a photo fills a sheet of A4."""
    given = picture.info.get("dpi") or (0, 0)
    try:
        dpi = float(given[0])
    except (TypeError, ValueError, ZeroDivisionError, IndexError):
        dpi = 0.0
    if MIN_DPI < dpi <= MAX_DPI and dpi != 72:
        return dpi
    short, long = sorted(picture.size)
    return max(float(MIN_DPI), short / A4_INCHES[0], long / A4_INCHES[1])
