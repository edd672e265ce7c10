"""Deeds about accounts, sign-ins and tokens."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from bsa import clock
from bsa.areas.models import Area
from bsa.digests import keyed_digest
from bsa.errors import Conflict, Fault, Invalid, TooManyAttempts, invalid
from bsa.events import note
from bsa.institutions.models import Institution
from bsa.people.models import AccessToken, Account, AccountArea, AccountRole, Language, SignIn, SignInDelay
from bsa.people.passwords import hash_password, is_password, make_password
from bsa.people.queries import digest_of, get_account
from bsa.people.shapes import AccountChange, AccountIn, PasswordChange, SignInIn
from bsa.permissions import PURPOSES_OF_PEOPLE, Actor, Permission, Purpose, Role, require
from bsa.rows import not_stale
from bsa.sealing import open_rows

FREE_ATTEMPTS = 5
LONGEST_DELAY = 60
"""Seconds. A delay is never a lock: locking would let anybody shut out a worker."""


def create_account(session: Session, actor: Actor | None, told: AccountIn, password: str | None = None) -> Account:
    """Give somebody an account; `actor` is None for the command line."""
    if actor is not None:
        require(actor, Permission.MANAGE_ACCOUNTS)
    if session.scalar(select(Account).where(col(Account.name) == told.name)) is not None:
        raise invalid("name", "exists", "There is an account with this name already. Choose another.")
    _refuse_misfits(session, told.roles, told.area_ids, told.institution_id)
    account = Account(
        name=told.name,
        display_name=told.display_name,
        institution_id=told.institution_id,
        language=told.language,
        password_hash=hash_password(password) if password else None,
    )
    session.add(account)
    session.flush()
    _give(session, account.id, told.roles, told.area_ids)
    note(session, actor, "account.created", account, roles=sorted(told.roles))
    session.flush()
    return account


def change_account(session: Session, actor: Actor, account_id: UUID, version: int, change: AccountChange) -> Account:
    """Change an account's name, roles or reach, or end it; ending it ends its sign-ins and tokens at once."""
    account = get_account(session, actor, account_id)
    require(actor, Permission.MANAGE_ACCOUNTS, account)
    not_stale(account, version)
    open_rows(session, [account])
    given = change.model_fields_set
    roles = change.roles or list(_roles_of(session, account.id))
    areas = change.area_ids if change.area_ids is not None else list(_areas_of(session, account.id))
    institution_id = change.institution_id if "institution_id" in given else account.institution_id
    if account.id == actor.id and (change.active is False or Role.ADMINISTRATOR not in roles):
        raise Conflict("You would shut yourself out. Let another administrator do this.")
    _refuse_misfits(session, roles, areas, institution_id)
    account.institution_id = institution_id
    if change.display_name:
        account.display_name = change.display_name
    if change.active is not None:
        account.active = change.active
    session.execute(delete(AccountRole).where(col(AccountRole.account_id) == account.id))
    session.execute(delete(AccountArea).where(col(AccountArea.account_id) == account.id))
    _give(session, account.id, roles, areas)
    if change.active is False:
        _end_everything(session, account.id)
    account.touch()
    note(session, actor, "account.changed", account, roles=sorted(roles), active=account.active)
    session.flush()
    return account


def recover_account(session: Session, actor: Actor | None, account_id: UUID) -> str:
    """Make somebody a new password, returned once; it ends every sign-in and token of the account."""
    if actor is None:
        account = session.get_one(Account, account_id)
    else:
        account = get_account(session, actor, account_id)
        require(actor, Permission.MANAGE_ACCOUNTS, account)
    password = make_password()
    account.password_hash = hash_password(password)
    _end_everything(session, account.id)
    account.touch()
    note(session, actor, "account.recovered", account)
    session.flush()
    return password


def change_password(session: Session, actor: Actor, change: PasswordChange) -> None:
    """Change the own password; other sign-ins end."""
    account = session.get_one(Account, actor.id)
    require(actor, Permission.CHANGE_OWN_ACCOUNT, account)
    if not is_password(change.present.get_secret_value(), account.password_hash):
        raise invalid("present", "wrong", "This is not your present password.")
    new = change.new.get_secret_value()
    if account.name in new.lower():
        raise invalid("new", "too_easy", "Choose a password that does not hold your account name.")
    account.password_hash = hash_password(new)
    _end_everything(session, account.id)
    account.touch()
    note(session, actor, "account.password_changed", account)
    session.flush()


def choose_language(session: Session, actor: Actor, language: Language) -> None:
    """Keep the language in which somebody reads the pages."""
    account = session.get_one(Account, actor.id)
    require(actor, Permission.CHANGE_OWN_ACCOUNT, account)
    account.language = language
    session.flush()


def sign_in(session: Session, asked: SignInIn, address: str) -> str | None:
    """Sign somebody in and return the token for the cookie; None when name or password is wrong.

    A wrong attempt is written down, so the caller commits in both cases. After five of them the name and the address
    wait 1, 2, 4 … 60 seconds; a wait that is not over raises `TooManyAttempts`.
    """
    who = [keyed_digest(session, "sign_in", value) for value in (f"name|{asked.name.lower()}", f"address|{address}")]
    refuse_hurry(session, who)
    account = session.scalar(
        select(Account).where(col(Account.name) == asked.name.lower(), col(Account.active), ~col(Account.machine))
    )
    if not is_password(asked.password.get_secret_value(), account.password_hash if account else None) or not account:
        slow_down(session, who)
        return None
    session.execute(delete(SignInDelay).where(col(SignInDelay.who) == who[0]))
    token = secrets.token_urlsafe(32)
    now = clock.now()
    session.add(
        SignIn(
            account_id=account.id,
            token_digest=digest_of(token),
            purpose=_fitting(asked.purpose, set(_roles_of(session, account.id))),
            seen_at=now,
            ends_at=now + timedelta(hours=session.info["settings"].session_hours),
        )
    )
    note(session, None, "account.signed_in", account)
    session.flush()
    return token


def see_sign_in(session: Session, sign_in_id: UUID) -> None:
    """Write down that a signed-in person is active; idle time counts from here."""
    session.execute(update(SignIn).where(col(SignIn.id) == sign_in_id).values(seen_at=clock.now()))


def sign_out(session: Session, token: str) -> None:
    """End a sign-in on the server."""
    session.execute(delete(SignIn).where(col(SignIn.token_digest) == digest_of(token)))


def issue_token(session: Session, account: Account, purpose: Purpose) -> str:
    """Issue a bearer token for an account and return it; only its digest is kept."""
    token = "bsa_" + secrets.token_urlsafe(32)
    session.add(
        AccessToken(
            account_id=account.id,
            token_digest=digest_of(token),
            purpose=purpose,
            ends_at=clock.now() + timedelta(days=session.info["settings"].token_days),
        )
    )
    note(session, None, "account.token_issued", account)
    session.flush()
    return token


def forget_ended(session: Session) -> None:
    """Delete sign-ins, tokens and delays that are long over: nightly work."""
    past = clock.now() - timedelta(days=1)
    session.execute(delete(SignIn).where(col(SignIn.ends_at) < past))
    session.execute(delete(AccessToken).where(col(AccessToken.ends_at) < past))
    session.execute(delete(SignInDelay).where(col(SignInDelay.wait_until) < past))


def refuse_hurry(session: Session, who: list[str]) -> None:
    """Refuse whoever must still wait after wrong attempts; `who` is kept as keyed digests."""
    waits = session.scalars(select(SignInDelay).where(col(SignInDelay.who).in_(who))).all()
    longest = max((wait.wait_until for wait in waits if wait.failures >= FREE_ATTEMPTS), default=clock.now())
    left = (longest - clock.now()).total_seconds()
    if left > 0:
        raise TooManyAttempts(seconds=str(int(left) + 1))


def slow_down(session: Session, who: list[str]) -> None:
    """Write down a wrong attempt; after five of them each next one waits longer."""
    for key in who:
        wait = session.get(SignInDelay, key, with_for_update=session.info["writes"]) or _first_delay(session, key)
        wait.failures += 1
        # Whoever waited a quarter of an hour starts again.
        if clock.now() - wait.wait_until > timedelta(minutes=15):
            wait.failures = 1
        seconds = min(2 ** max(wait.failures - FREE_ATTEMPTS, 0), LONGEST_DELAY)
        wait.wait_until = clock.now() + timedelta(seconds=seconds)
        session.add(wait)
    session.flush()


def _fitting(purpose: Purpose, roles: set[Role]) -> Purpose:
    """Return the purpose, or the one that comes with the role when somebody chose another's."""
    if purpose not in PURPOSES_OF_PEOPLE:
        return Purpose.OWN_NEIGHBOURHOOD
    if purpose is Purpose.PRIVACY_CHECK and Role.PRIVACY_OFFICER not in roles:
        return Purpose.OWN_NEIGHBOURHOOD
    if purpose is Purpose.ADMINISTRATION and Role.ADMINISTRATOR not in roles:
        return Purpose.OWN_NEIGHBOURHOOD
    return purpose


def _first_delay(session: Session, key: str) -> SignInDelay:
    """Write down a first wrong attempt; when another one was quicker, go on from that."""
    try:
        with session.begin_nested():
            first = SignInDelay(who=key, failures=0, wait_until=clock.now())
            session.add(first)
            session.flush()
            return first
    except IntegrityError:
        return session.get_one(SignInDelay, key)


def _end_everything(session: Session, account_id: UUID) -> None:
    session.execute(delete(SignIn).where(col(SignIn.account_id) == account_id))
    session.execute(
        update(AccessToken)
        .where(col(AccessToken.account_id) == account_id, col(AccessToken.revoked_at).is_(None))
        .values(revoked_at=clock.now())
    )


def _give(session: Session, account_id: UUID, roles: Iterable[Role], area_ids: Iterable[UUID]) -> None:
    session.add_all([AccountRole(account_id=account_id, role=role) for role in set(roles)])
    session.add_all([AccountArea(account_id=account_id, area_id=area_id) for area_id in set(area_ids)])


def _roles_of(session: Session, account_id: UUID) -> Iterable[Role]:
    return session.scalars(select(col(AccountRole.role)).where(col(AccountRole.account_id) == account_id)).all()


def _areas_of(session: Session, account_id: UUID) -> Iterable[UUID]:
    return session.scalars(select(col(AccountArea.area_id)).where(col(AccountArea.account_id) == account_id)).all()


def _refuse_misfits(
    session: Session, roles: Iterable[Role], area_ids: Iterable[UUID], institution_id: UUID | None
) -> None:
    faults = []
    if Role.INSTITUTION_CONTACT in roles and institution_id is None:
        faults.append(Fault(("institution_id",), "required", "Say for which institution this contact speaks."))
    if institution_id is not None and session.get(Institution, institution_id) is None:
        faults.append(Fault(("institution_id",), "unknown", "There is no such institution. Choose one from the list."))
    wanted = set(area_ids)
    found = set(session.scalars(select(Area.id).where(col(Area.id).in_(wanted)))) if wanted else set()
    if found != wanted:
        faults.append(Fault(("area_ids",), "unknown", "One of these areas does not exist."))
    if not wanted and {Role.ACTIVATOR, Role.TEAM_LEADER, Role.PRIVACY_OFFICER, Role.POLICY_OFFICER} & set(roles):
        faults.append(Fault(("area_ids",), "required", "Choose the areas in which this person works."))
    if faults:
        raise Invalid(*faults)
