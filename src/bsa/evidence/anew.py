"""Making a file anew: a photo from its pixels, a PDF from its objects, so that nothing comes along that nobody sees.

It runs as a program of its own, with little time, little memory and no keys (see `bsa.evidence.files`), for what it
opens came from outside. It reads a file and writes its kind and what it made of it, or why it refuses. So it imports
nothing of ours.
"""

import sys
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

LONGEST_SIDE = 2000
"""In pixels: enough to see whether a window frame is in, also on paper."""
MOST_PIXELS = 60_000_000
LARGEST_PNG = 2 * 1024 * 1024
"""A larger picture is a photo, and is kept as one."""
MOST_PAGES = 200
MOST_OBJECTS = 50_000
DEEPEST = 60
LARGEST_PACKED = 50 * 1024 * 1024

SECONDS = 15
MEMORY = 1024 * 1024 * 1024

MADE, REFUSED = b"made", b"refused"

OTHER_KINDS = (b"<script", b"<html", b"<!doctype", b"<?php")
"""What a browser or a server would take for a page, wherever in a file it stands."""

DOES_SOMETHING = frozenset(
    {
        *("/JS", "/JavaScript", "/Launch", "/AA", "/XFA", "/SubmitForm", "/ImportData", "/Rendition"),
        *("/EmbeddedFile", "/EmbeddedFiles", "/EF", "/AF", "/Collection", "/FileAttachment", "/GoToE", "/GoToR"),
        *("/RichMedia", "/Movie", "/Sound", "/3D"),
    }
)
"""The names by which a PDF runs something, sends something, or has another file in it."""

ABOUT = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/DSS", "/Perms")
"""Who made it, when, with what; a small picture of how it once was; and by whose certificate it was signed."""
OF_NOTE = ("/T", "/M", "/CreationDate")
"""Who wrote a note in the margin, and when. Of a field to fill in, the first is its name and stays."""
OF_SIGNATURE = (
    *("/Name", "/M", "/Location", "/Reason", "/ContactInfo", "/Contents", "/Cert", "/ByteRange", "/Prop_Build"),
    "/Reference",
)
"""Who signed, when and where. A signature does not hold for a file that is made anew anyway."""

OPENED, CLOSED = b"\xff\xd8", b"\xd9"
WITH_DATA_AFTER = 0xDA
"""The part of a JPEG after which a piece of the picture comes."""
NO_PART = frozenset({0x00, 0xFF, *range(0xD0, 0xD8)})
"""What follows an FF within the picture, and begins no other part."""
LONGEST_PARTS = 10_000
BOXES = frozenset({b"jP  ", b"ftyp", b"jp2h", b"jp2c"})
"""What of a JPEG 2000 is the picture; other boxes tell where it comes from."""
TELLING_PARTS = frozenset({*range(0xE1, 0xEE), 0xEF, 0xFE})
"""The parts of a JPEG that hold where, when and with what it was taken; not how its colours are meant."""


class Refused(Exception):
    """This file is not taken; the code says why."""


def made_anew(content: bytes) -> tuple[str, bytes]:
    """Return the media type of a file and the file, made anew; or refuse it."""
    if zipfile.is_zipfile(BytesIO(content)):
        # Also a picture or a PDF that can be opened as an archive: that is two files in one.
        raise Refused("archive")
    if content.startswith(b"%PDF-"):
        return "application/pdf", _pdf(content)
    if not content.startswith((OPENED + b"\xff", b"\x89PNG\r\n\x1a\n")):
        raise Refused("kind")
    lowered = content.lower()
    if b"%pdf-" in lowered[:1024] or any(mark in lowered for mark in OTHER_KINDS):
        raise Refused("two_in_one")
    return _photo(content)


def _photo(content: bytes) -> tuple[str, bytes]:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Refused("pixels")
            kind = "PNG" if opened.format == "PNG" else "JPEG"
            # A photo is decoded no larger than needed; every byte of it must be there.
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            opened.load()
            see_through = "transparency" in opened.info or "A" in opened.getbands()
            plain = opened if opened.mode in ("RGB", "RGBA") else opened.convert("RGBA" if see_through else "RGB")
            plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            turned = ImageOps.exif_transpose(plain)
            # Only the pixels go on: a new picture, in which nothing else ever was.
            picture = Image.new("RGB", turned.size, "white")
            picture.paste(turned, mask=turned.getchannel("A") if see_through and turned.mode == "RGBA" else None)
    except Image.DecompressionBombError as error:
        raise Refused("pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise Refused("broken") from error
    if kind == "PNG":
        made = _written(picture, "PNG", optimize=True)
        if len(made) <= LARGEST_PNG:
            return "image/png", made
    return "image/jpeg", _written(picture, "JPEG", quality=85, optimize=True)


def _written(picture: Any, kind: str, **how: Any) -> bytes:
    made = BytesIO()
    picture.save(made, kind, **how)
    return made.getvalue()


def _pdf(content: bytes) -> bytes:
    import pikepdf

    try:
        with pikepdf.open(BytesIO(content), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise Refused("locked")
            if len(pdf.pages) > MOST_PAGES or len(pdf.objects) > MOST_OBJECTS:
                raise Refused("pages")
            if not len(pdf.pages):
                raise Refused("broken")
            _refuse_what_opens_by_itself(pdf, pikepdf)
            for thing in [*pdf.objects, pdf.trailer]:
                for part in _within(thing, pikepdf):
                    _look_at(part, pikepdf)
            if "/Info" in pdf.trailer:
                del pdf.trailer["/Info"]
            made = BytesIO()
            pdf.save(made, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    except pikepdf.PasswordError as error:
        raise Refused("locked") from error
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, ValueError, RuntimeError, TypeError, KeyError) as error:
        raise Refused("broken") from error
    return made.getvalue()


def _refuse_what_opens_by_itself(pdf: Any, pikepdf: Any) -> None:
    opening = pdf.Root.get("/OpenAction")
    # A list says at which page to begin; anything else does something.
    if opening is not None and not isinstance(opening, pikepdf.Array) and opening.get("/S") != pikepdf.Name.GoTo:
        raise Refused("active")


def _within(thing: Any, pikepdf: Any, depth: int = 0) -> Iterator[Any]:
    """Go through an object and all that lies in it; what it points to is met by itself."""
    if depth > DEEPEST:
        raise Refused("broken")
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        yield thing
        inner = [value for _, value in thing.items()]
    elif isinstance(thing, pikepdf.Array):
        inner = list(thing)
    else:
        return
    for value in inner:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            yield from _within(value, pikepdf, depth + 1)


def _look_at(part: Any, pikepdf: Any) -> None:
    """Refuse a part that does something, and take away what tells where it comes from."""
    names = {str(key) for key in part.keys()}  # noqa: SIM118 - a PDF's dictionary is none of Python's
    named = {str(value) for _, value in part.items() if isinstance(value, pikepdf.Name)}
    if DOES_SOMETHING & (names | named):
        raise Refused("active")
    for key in ABOUT:
        if key in names:
            del part[key]
    if "/Rect" in names and part.get("/Subtype") != pikepdf.Name.Widget:
        _take_away(part, OF_NOTE)
    if "/ByteRange" in names or (named & {"/Sig", "/DocTimeStamp"} and "/FT" not in names):
        _take_away(part, OF_SIGNATURE)
    if isinstance(part, pikepdf.Stream):
        for packed, clean in ((pikepdf.Name.DCTDecode, without_telling_parts), (pikepdf.Name.JPXDecode, only_picture)):
            if packed in _filters(part, pikepdf):
                part.write(clean(_as_photo(part, pikepdf, packed)), filter=packed)


def _take_away(part: Any, names: tuple[str, ...]) -> None:
    for name in names:
        if name in part:
            del part[name]


def _filters(stream: Any, pikepdf: Any) -> list[Any]:
    told = stream.get("/Filter")
    return list(told) if isinstance(told, pikepdf.Array) else [told]


def _as_photo(stream: Any, pikepdf: Any, packed: Any) -> bytes:
    """Return the photo that a stream is, also when it was packed once more."""
    raw: bytes = stream.read_raw_bytes()
    if _filters(stream, pikepdf) == [pikepdf.Name.FlateDecode, packed]:
        return zlib.decompressobj().decompress(raw, LARGEST_PACKED)
    if len(_filters(stream, pikepdf)) > 1:
        raise Refused("broken")
    return raw


def without_telling_parts(photo: bytes) -> bytes:
    """Return a JPEG that lies in a PDF without what tells where and when it was taken; its picture stays as it is.

    It ends where its picture ends: telephones put a second photo behind it, with all that it tells.
    """
    if not photo.startswith(OPENED):
        raise Refused("broken")
    kept, at = [OPENED], 2
    while at + 2 <= len(photo) and photo[at] == 0xFF and len(kept) < LONGEST_PARTS:
        kind = photo[at + 1]
        if kind == 0xFF:
            at += 1
            continue
        if kind == CLOSED[0]:
            return b"".join([*kept, b"\xff" + CLOSED])
        end = at + 2 + int.from_bytes(photo[at + 2 : at + 4])
        if kind == WITH_DATA_AFTER:
            end = _end_of_piece(photo, end)
        if kind not in TELLING_PARTS:
            kept.append(photo[at:end])
        at = end
    if at == len(photo) and len(kept) > 1 and kept[-1][1] == WITH_DATA_AFTER:
        # Cut off at its end: some programs write it so, and it is shown all the same.
        return b"".join([*kept, b"\xff" + CLOSED])
    raise Refused("broken")


def _end_of_piece(photo: bytes, at: int) -> int:
    """Return where a piece of the picture ends and the next part begins."""
    while (at := photo.find(b"\xff", at)) >= 0 and at + 1 < len(photo):
        if photo[at + 1] not in NO_PART:
            return at
        at += 1 if photo[at + 1] == 0xFF else 2
    return len(photo)


def only_picture(photo: bytes) -> bytes:
    """Return a JPEG 2000 that lies in a PDF without the boxes that tell where and when it was taken."""
    if photo.startswith(b"\xff\x4f"):
        return photo
    kept, at = [], 0
    while at + 8 <= len(photo):
        length, kind = int.from_bytes(photo[at : at + 4]), photo[at + 4 : at + 8]
        if length == 1:
            length = int.from_bytes(photo[at + 8 : at + 16])
        elif length == 0:
            length = len(photo) - at
        if length < 8:
            raise Refused("broken")
        if kind in BOXES:
            kept.append(photo[at : at + length])
        at += length
    if not any(box[4:8] == b"jp2c" for box in kept):
        raise Refused("broken")
    return b"".join(kept)


def main() -> None:
    """Make what comes in anew, and say what came of it."""
    from PIL import Image

    # For this process, which ends; `made_anew` looks at the size before it unpacks anything.
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    _limit()
    try:
        kind, made = made_anew(sys.stdin.buffer.read())
        answer = MADE + b" " + kind.encode() + b"\n" + made
    except Refused as refusal:
        answer = REFUSED + b" " + str(refusal).encode() + b"\n"
    sys.stdout.buffer.write(answer)


def _limit() -> None:
    """Give this process little time and memory and no files to write, where the system knows limits."""
    if sys.platform != "win32":
        import resource

        for what, most in (
            (resource.RLIMIT_AS, MEMORY),
            (resource.RLIMIT_CPU, SECONDS),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main()
