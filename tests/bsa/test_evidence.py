"""Evidence: a photo or a PDF that is made anew on arrival, kept with a promise, and taken back in time."""

import os
from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pikepdf
import pytest
from PIL import Image
from sqlmodel import Session, col, select

from bsa.commitments.actions import enter_event, record_verdict
from bsa.commitments.models import Commitment
from bsa.commitments.shapes import CommitmentEventIn, VerdictIn
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, OutOfService
from bsa.events import Event
from bsa.evidence import actions, anew, files
from bsa.evidence.actions import record_evidence, take_back
from bsa.evidence.anew import LONGEST_SIDE, Refused, made_anew, without_telling_parts
from bsa.evidence.files import LARGEST_FILE, REASONS, CleanFile, clean
from bsa.evidence.models import Evidence
from bsa.evidence.queries import list_evidence, open_evidence, show_evidence
from bsa.evidence.shapes import EvidenceIn
from bsa.permissions import Actor

from tests.cast import NOW, Cast
from tests.line import Line, walk_the_line

MARKER = "Zonnebloem"
CLEAN = CleanFile("image/png", b"clean")
TOLD = EvidenceIn(caption="Alle kozijnen zitten erin")


# --- making anew ------------------------------------------------------------------------------------------------------


def photo(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **how: Any) -> bytes:
    made = BytesIO()
    Image.new("RGB", size, "firebrick").save(made, kind, **how)
    return made.getvalue()


def telling_photo() -> bytes:
    """Make a photo that tells with what, where and which way up it was taken."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = MARKER, 6
    exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "N", (52.0, 47.0, 1.0)
    return photo(exif=exif, comment=MARKER.encode())


def pdf(edit: Callable[[pikepdf.Pdf], object] = lambda made: None, **how: Any) -> bytes:
    with pikepdf.new() as made:
        made.add_blank_page()
        edit(made)
        written = BytesIO()
        made.save(written, **how)
    return written.getvalue()


def with_photo(made: pikepdf.Pdf) -> None:
    image = pikepdf.Stream(made, telling_photo())
    image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    image.Width, image.Height, image.BitsPerComponent = 60, 40, 8
    image.ColorSpace, image.Filter = pikepdf.Name.DeviceRGB, pikepdf.Name.DCTDecode
    made.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=made.make_indirect(image)))


def telling(made: pikepdf.Pdf) -> None:
    made.docinfo["/Author"] = MARKER
    with made.open_metadata() as metadata:
        metadata["dc:creator"] = [MARKER]


def with_stream(content: bytes, packed: str) -> bytes:
    """Make a PDF with a photo in it, packed as named."""

    def edit(made: pikepdf.Pdf) -> None:
        image = pikepdf.Stream(made, content)
        image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        image.Width, image.Height, image.BitsPerComponent = 60, 40, 8
        image.ColorSpace, image.Filter = pikepdf.Name.DeviceRGB, pikepdf.Name(packed)
        made.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=made.make_indirect(image)))

    return pdf(edit)


def in_margin(**told: Any) -> bytes:
    """Make a PDF with something in its margin: a note, a stamp, a field."""
    noted = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Rect=[0, 0, 9, 9], **told)

    def edit(made: pikepdf.Pdf) -> None:
        there = pikepdf.Array([made.make_indirect(noted)])
        made.pages[0].obj["/Annots"] = there
        made.Root.AcroForm = pikepdf.Dictionary(Fields=there)

    return pdf(edit)


def noisy(kind: str = "JPEG", **how: Any) -> bytes:
    """Make a photo with enough in it that an FF stands within its picture."""
    made = BytesIO()
    Image.effect_noise((60, 40), 90).convert("RGB").save(made, kind, **how)
    return made.getvalue()


def told_in(made: bytes) -> bytes:
    """Return all that stands in a PDF, unpacked where it can be."""
    with pikepdf.open(BytesIO(made)) as shown:
        parts = [thing.unparse(resolved=True) for thing in shown.objects]
        streams = [thing for thing in shown.objects if isinstance(thing, pikepdf.Stream)]
        return b"".join([*parts, *(stream.read_raw_bytes() for stream in streams)])


def archive() -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w") as made:
        made.writestr("a.txt", "a" * 1000)
    return packed.getvalue()


def action(name: str, **more: Any) -> Callable[[pikepdf.Pdf], object]:
    told = pikepdf.Dictionary(S=pikepdf.Name(f"/{name}"), **more)
    return lambda made: made.Root.__setitem__("/OpenAction", told)


def linked(name: str, **more: Any) -> Callable[[pikepdf.Pdf], object]:
    told = pikepdf.Dictionary(
        Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=pikepdf.Dictionary(S=pikepdf.Name(f"/{name}"), **more)
    )
    return lambda made: made.pages[0].obj.__setitem__("/Annots", pikepdf.Array([told]))


def test_a_photo_is_made_anew_upright_and_tells_nothing_but_what_one_sees() -> None:
    sent = telling_photo()
    assert sent.count(MARKER.encode()) == 2

    media_type, made = made_anew(sent)

    assert media_type == "image/jpeg"
    assert MARKER.encode() not in made
    with Image.open(BytesIO(made)) as shown:
        assert (shown.size, dict(shown.getexif()), shown.info.get("comment")) == ((40, 60), {}, None)


def test_a_photo_is_kept_no_larger_than_needed() -> None:
    _, made = made_anew(photo(size=(3000, 1000)))

    with Image.open(BytesIO(made)) as shown:
        assert shown.size == (LONGEST_SIDE, 667)


def test_a_picture_one_can_see_through_gets_a_white_ground_and_a_heavy_one_becomes_a_photo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = BytesIO()
    Image.new("RGBA", (10, 10), (200, 0, 0, 0)).save(drawn, "PNG")
    media_type, made = made_anew(drawn.getvalue())

    with Image.open(BytesIO(made)) as shown:
        assert (media_type, shown.getpixel((5, 5))) == ("image/png", (255, 255, 255))
    monkeypatch.setattr(anew, "LARGEST_PNG", len(made) - 1)
    assert made_anew(drawn.getvalue())[0] == "image/jpeg"


@pytest.mark.parametrize("edit", [with_photo, telling, lambda made: None], ids=["photo", "author", "plain"])
def test_a_pdf_is_made_anew_and_tells_nothing_but_what_one_sees(edit: Callable[[pikepdf.Pdf], object]) -> None:
    media_type, made = made_anew(pdf(edit))

    assert media_type == "application/pdf"
    with pikepdf.open(BytesIO(made)) as shown:
        assert len(shown.pages) == 1
        assert (dict(shown.docinfo), "/Metadata" in shown.Root) == ({}, False)
        images = [
            pikepdf.PdfImage(image)  # type: ignore[arg-type]
            for image in shown.pages[0].get_images().values()
        ]
        assert [dict(image.as_pil_image().getexif()) for image in images] == [{}] * (edit is with_photo)
    assert MARKER.encode() not in made


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"hello", "kind"),
        (b"", "kind"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "kind"),
        (b"<html><script>alert(1)</script></html>", "kind"),
        (b"GIF89a" + b"\0" * 100, "kind"),
        (archive(), "archive"),
        (photo() + archive(), "archive"),
        (pdf() + archive(), "archive"),
        (photo(comment=b"<script>alert(1)</script>"), "two_in_one"),
        (photo() + b"<?php system('id'); ?>", "two_in_one"),
        (photo(comment=b"%PDF-1.7"), "two_in_one"),
        (photo()[:-300], "broken"),
        (b"\xff\xd8\xff" + os.urandom(500), "broken"),
        (photo("PNG")[:-40], "broken"),
        (b"%PDF-1.7\nnothing", "broken"),
        (pdf(encryption=pikepdf.Encryption(owner="x", user="")), "locked"),
        (pdf(encryption=pikepdf.Encryption(owner="x", user="y")), "locked"),
        (pdf(action("JavaScript", JS="app.alert(1)")), "active"),
        (pdf(action("URI", URI="https://tracker.example")), "active"),
        (pdf(linked("Launch", F="calc.exe")), "active"),
        (pdf(linked("SubmitForm", F="https://elsewhere.example")), "active"),
        (pdf(lambda made: made.attachments.__setitem__("a.txt", b"a")), "active"),
        (pdf(lambda made: made.pages[0].obj.__setitem__("/AA", pikepdf.Dictionary())), "active"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_honest_photo_or_pdf_is_refused(sent: bytes, why: str) -> None:
    with pytest.raises(Refused, match=f"^{why}$"):
        made_anew(sent)
    assert why in REASONS


BEHIND = telling_photo()
"""A telephone puts a second photo behind the first, with where it was taken."""
MARKED = MARKER.encode()
BOX = (24 + len(MARKED)).to_bytes(4) + b"uuidJpgTiffExif->JP2" + MARKED


@pytest.mark.parametrize(
    "sent",
    [
        with_stream(noisy() + BEHIND, "/DCTDecode"),
        with_stream(noisy(progressive=True) + BEHIND, "/DCTDecode"),
        with_stream(noisy() + MARKED + b"\xff\xd9", "/DCTDecode"),
        with_stream(noisy("JPEG2000") + BOX, "/JPXDecode"),
    ],
    ids=["second photo", "in turns", "after the end", "JPEG 2000"],
)
def test_a_photo_in_a_pdf_ends_where_its_picture_ends_and_stays_the_same_picture(sent: bytes) -> None:
    assert MARKED in told_in(sent)

    _, made = made_anew(sent)

    assert MARKED not in told_in(made)
    pixels = []
    for one in (sent, made):
        with pikepdf.open(BytesIO(one)) as shown:
            [image] = shown.pages[0].get_images().values()
            pixels.append(Image.open(BytesIO(image.read_raw_bytes())).convert("RGB").tobytes())
    assert pixels[0] == pixels[1]


@pytest.mark.parametrize(
    "sent",
    [
        in_margin(Subtype=pikepdf.Name.Text, Contents="Hier", T=MARKER, M=MARKER),
        in_margin(
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Sig,
            T="Handtekening",
            V=pikepdf.Dictionary(Type=pikepdf.Name.Sig, Name=MARKER, Contents=MARKER, Location=MARKER),
        ),
    ],
    ids=["note", "signature"],
)
def test_a_pdf_does_not_tell_who_wrote_in_its_margin_or_signed_it(sent: bytes) -> None:
    assert MARKED in told_in(sent)
    assert MARKED not in told_in(made_anew(sent)[1])


def test_a_file_in_a_pdf_is_found_also_when_nothing_names_it() -> None:
    hidden = pikepdf.Dictionary(F="a.exe", EF=pikepdf.Dictionary())
    with pytest.raises(Refused, match="active"):
        made_anew(in_margin(Subtype=pikepdf.Name.Stamp, FS=hidden))


@pytest.mark.parametrize("photo", [b"\xff\xd8\xff", b"\xff\xd8\x00\x00", noisy()[:40], MARKED])
def test_what_is_no_photo_in_a_pdf_is_refused(photo: bytes) -> None:
    with pytest.raises(Refused, match="broken"):
        made_anew(with_stream(photo, "/DCTDecode"))


def test_a_photo_in_a_pdf_that_was_cut_off_is_shown_as_far_as_it_goes() -> None:
    assert without_telling_parts(noisy()[:-60]).endswith(b"\xff\xd9")


def test_a_link_to_a_page_and_a_page_to_begin_at_are_no_danger() -> None:
    begin = pdf(lambda made: made.Root.__setitem__("/OpenAction", pikepdf.Array([made.pages[0].obj, pikepdf.Name.Fit])))

    assert made_anew(begin)[0] == "application/pdf"
    assert made_anew(pdf(linked("URI", URI="https://veenhoek.example")))[0] == "application/pdf"


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anew, "MOST_PIXELS", 1000)

    with pytest.raises(Refused, match="pixels"):
        made_anew(photo())


# --- in a process of its own ------------------------------------------------------------------------------------------


def test_a_file_is_opened_in_a_process_of_its_own() -> None:
    made = clean(telling_photo())

    assert made.media_type == "image/jpeg"
    assert MARKER.encode() not in made.content
    assert len(made.digest) == 64


@pytest.mark.parametrize(
    ("sent", "code"), [(b"", "missing"), (b"\0" * (LARGEST_FILE + 1), "too_large"), (archive(), "archive")]
)
def test_what_is_refused_is_told_beside_the_file(sent: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clean(sent)

    (fault,) = refusal.value.faults
    assert (fault.where, fault.code) == (("file",), code)


def test_a_bomb_ends_its_own_process_and_no_other() -> None:
    deep = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n" + b"[" * 3_000_000

    with pytest.raises(Invalid) as refusal:
        clean(deep)

    assert refusal.value.faults[0].code in ("too_heavy", "broken")


def test_when_many_come_at_once_the_next_one_is_told_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PATIENCE", 0)
    for _ in range(files.AT_ONCE):
        assert files._turns.acquire(blocking=False)
    try:
        with pytest.raises(OutOfService):
            clean(photo())
    finally:
        files._turns.release(files.AT_ONCE)


# --- with a commitment ------------------------------------------------------------------------------------------------


@pytest.fixture
def line(session: Session, cast: Cast) -> Line:
    return walk_the_line(session, cast)


def shown(session: Session, actor: Actor, commitment_id: UUID, told: EvidenceIn = TOLD) -> Evidence:
    return record_evidence(session, actor, commitment_id, CLEAN, told)


def entered(session: Session, actor: Actor, commitment_id: UUID, kind: str, **more: Any) -> None:
    commitment = session.get_one(Commitment, commitment_id)
    told = CommitmentEventIn.model_validate({"kind": kind, "happened_on": NOW.date(), **more})
    enter_event(session, actor, commitment.id, commitment.version, told)


def judged(session: Session, cast: Cast, line: Line, *, closes: bool = True) -> None:
    witnesses = [line.resident_id, line.other_resident_id]
    told = VerdictIn(kept=3, partly=0, not_kept=0, happened_on=NOW.date(), witness_ids=witnesses, close_window=closes)
    version = session.get_one(Commitment, line.commitment_id).version
    record_verdict(session, cast.activator, line.commitment_id, version, told)


def test_an_institution_shows_something_with_its_report(session: Session, cast: Cast, line: Line) -> None:
    entered(session, cast.corporation, line.commitment_id, "claimed")
    evidence = shown(session, cast.corporation, line.commitment_id)

    (told,) = list_evidence(session, cast.activator, line.commitment_id)

    assert (told.caption, told.event_number, told.entered_by_team) == (TOLD.caption, 2, False)
    assert told.digest == CLEAN.digest
    assert open_evidence(session, cast.activator, evidence.id) == CLEAN
    event = session.scalars(select(Event).where(col(Event.kind) == "evidence.shown")).one()
    assert event.facts == {"commitment_id": str(line.commitment_id)}


def test_the_team_shows_something_on_behalf_of_an_institution(session: Session, cast: Cast, line: Line) -> None:
    shown(session, cast.activator, line.commitment_id, EvidenceIn())

    (told,) = list_evidence(session, cast.corporation, line.commitment_id)
    assert (told.entered_by_team, told.event_number, told.caption) == (True, None, None)


def test_who_may_not_read_the_commitment_sees_nothing_of_it(session: Session, cast: Cast, line: Line) -> None:
    evidence = shown(session, cast.corporation, line.commitment_id)

    for actor in (cast.rival, cast.stranger, cast.policy):
        with pytest.raises(NotFound):
            open_evidence(session, actor, evidence.id)
        with pytest.raises(NotFound):
            show_evidence(session, actor, evidence.id)
        with pytest.raises(NotFound):
            list_evidence(session, actor, line.commitment_id)
        with pytest.raises(NotFound):
            shown(session, actor, line.commitment_id)


def test_a_policy_officer_sees_it_once_the_commitment_is_published_and_shows_nothing(
    session: Session, cast: Cast, line: Line
) -> None:
    evidence = shown(session, cast.corporation, line.commitment_id)
    entered(session, cast.activator, line.commitment_id, "published", visibility="public", previewed=True)

    assert open_evidence(session, cast.policy, evidence.id) == CLEAN
    with pytest.raises(NotAllowed):
        shown(session, cast.policy, line.commitment_id)
    with pytest.raises(NotAllowed):
        take_back(session, cast.policy, evidence.id)


def test_after_the_verdict_nothing_is_added_until_it_is_reopened(session: Session, cast: Cast, line: Line) -> None:
    entered(session, cast.corporation, line.commitment_id, "claimed")
    judged(session, cast, line)

    with pytest.raises(Conflict):
        shown(session, cast.corporation, line.commitment_id)


def test_there_are_never_more_than_a_few(session: Session, cast: Cast, line: Line) -> None:
    for _ in range(actions.MOST):
        last = shown(session, cast.corporation, line.commitment_id)
    with pytest.raises(Conflict):
        shown(session, cast.corporation, line.commitment_id)

    take_back(session, cast.corporation, last.id)
    shown(session, cast.corporation, line.commitment_id)


def test_who_showed_it_takes_it_back_and_its_content_is_gone(session: Session, cast: Cast, line: Line) -> None:
    evidence = shown(session, cast.corporation, line.commitment_id)

    take_back(session, cast.corporation, evidence.id)

    assert (evidence.content, evidence.caption, evidence.digest) == (None, None, CLEAN.digest)
    assert (evidence.taken_back_on, evidence.taken_back_by_team) == (NOW.date(), False)
    (told,) = list_evidence(session, cast.corporation, line.commitment_id)
    assert told.allowed_actions == []
    with pytest.raises(NotFound):
        open_evidence(session, cast.corporation, evidence.id)
    with pytest.raises(Conflict):
        take_back(session, cast.corporation, evidence.id)
    assert session.scalars(select(Event.kind).where(col(Event.kind) == "evidence.taken_back")).one()


def test_an_institution_takes_nothing_back_once_residents_judged_with_it_before_them(
    session: Session, cast: Cast, line: Line
) -> None:
    entered(session, cast.corporation, line.commitment_id, "claimed")
    evidence = shown(session, cast.corporation, line.commitment_id)
    judged(session, cast, line, closes=False)

    assert show_evidence(session, cast.corporation, evidence.id).allowed_actions == []
    with pytest.raises(Conflict):
        take_back(session, cast.corporation, evidence.id)


def test_the_team_takes_away_a_photo_with_somebody_in_it_at_any_time(session: Session, cast: Cast, line: Line) -> None:
    entered(session, cast.corporation, line.commitment_id, "claimed")
    evidence = shown(session, cast.corporation, line.commitment_id)
    judged(session, cast, line)

    assert show_evidence(session, cast.teamleader, evidence.id).allowed_actions == ["take_back"]
    take_back(session, cast.teamleader, evidence.id)

    assert show_evidence(session, cast.corporation, evidence.id).taken_back_by_team


def test_what_the_team_showed_an_institution_does_not_take_away(session: Session, cast: Cast, line: Line) -> None:
    evidence = shown(session, cast.activator, line.commitment_id)

    with pytest.raises(Conflict):
        take_back(session, cast.corporation, evidence.id)
