"""Sealed cells: they open in their own place with their own key, and nowhere else."""

import secrets
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, select

from bsa.keyring import KeyRing, WrongKeyRing
from bsa.keystore import INSTALLATION
from bsa.residents.models import Resident
from bsa.sealing import CannotOpen, SealedCell, Sealer, open_rows, sealer

from tests.cast import Cast, a_resident

PLACE = ("contact", "own_note")


@pytest.fixture
def owner(session: Session, cast: Cast) -> UUID:
    return a_resident(session, cast.activator, cast.here_id).id


@pytest.fixture
def box(session: Session, owner: UUID) -> Sealer:
    return sealer(session)


def test_a_cell_opens_in_its_own_place(box: Sealer, owner: UUID) -> None:
    row = uuid4()
    cell = box.seal("Geert is bang", *PLACE, row, owner)
    assert b"Geert" not in bytes(cell)
    assert box.open(cell, *PLACE, row, owner) == "Geert is bang"


def test_a_cell_opens_in_no_other_table_column_row_or_owner(
    session: Session, cast: Cast, box: Sealer, owner: UUID
) -> None:
    other = a_resident(session, cast.activator, cast.here_id, "Ria").id
    row = uuid4()
    cell = box.seal("Geert is bang", *PLACE, row, owner)
    elsewhere = [
        ("promise", "own_note", row, owner),
        ("contact", "shareable_note", row, owner),
        (*PLACE, uuid4(), owner),
        (*PLACE, row, other),
        (*PLACE, row, INSTALLATION),
    ]
    for place in elsewhere:
        with pytest.raises(CannotOpen):
            box.open(cell, *place)


def test_a_cell_with_any_bit_turned_does_not_open(box: Sealer, owner: UUID) -> None:
    row = uuid4()
    cell = box.seal("Geert is bang", *PLACE, row, owner)
    for bit in range(len(cell) * 8):
        turned = bytearray(cell)
        turned[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises((CannotOpen, UnicodeDecodeError)):
            box.open(SealedCell(bytes(turned)), *PLACE, row, owner)


def test_no_nonce_is_used_twice(box: Sealer, owner: UUID) -> None:
    row = uuid4()
    nonces = {box.seal("x", *PLACE, row, owner)[1:13] for _ in range(20_000)}
    assert len(nonces) == 20_000


def test_text_that_nobody_sealed_cannot_reach_the_database(session: Session, cast: Cast, owner: UUID) -> None:
    resident = session.get_one(Resident, owner)
    open_rows(session, [resident])
    stored = session.connection().exec_driver_sql("SELECT call_name FROM resident").scalar_one()
    assert b"Geert" not in bytes(stored)
    with pytest.raises(Exception, match="must go through the session"):
        session.execute(select(Resident).where(Resident.call_name == "Geert"))
    assert resident.call_name == "Geert"


def test_a_destroyed_key_opens_nothing(session: Session, owner: UUID, box: Sealer) -> None:
    row = uuid4()
    cell = box.seal("Geert is bang", *PLACE, row, owner)
    session.info["keystore"].destroy([owner])
    later = Sealer(session.info["keystore"])
    with pytest.raises(CannotOpen):
        later.open(cell, *PLACE, row, owner)


def test_the_installation_key_is_never_destroyed(session: Session, cast: Cast) -> None:
    session.info["keystore"].destroy([INSTALLATION])
    session.info["keystore"].check()


def test_another_ring_does_not_unwrap() -> None:
    ring, other = KeyRing.make("k1"), KeyRing.make("k1")
    wrapped = ring.wrap(secrets.token_bytes(32), b"whose")
    with pytest.raises(WrongKeyRing):
        other.unwrap("k1", wrapped, b"whose")
    with pytest.raises(WrongKeyRing):
        ring.unwrap("k1", wrapped, b"another's")
    with pytest.raises(WrongKeyRing):
        ring.unwrap("k9", wrapped, b"whose")


@pytest.mark.parametrize("text", ["", "k1", "k1:abc", "k1:" + "A" * 44, ":" + "A" * 43 + "=", "k1:AA==,k1:AA=="])
def test_a_ring_that_cannot_be_read_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(WrongKeyRing) as refused:
        KeyRing.read(text)
    assert "AAAA" not in str(refused.value)


def test_a_ring_reads_what_it_writes() -> None:
    ring = KeyRing(KeyRing.make("k2").keys | KeyRing.make("k1").keys)
    assert KeyRing.read(ring.write()) == ring
    assert ring.current == "k2"
