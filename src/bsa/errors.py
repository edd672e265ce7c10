"""How the core refuses: by name, with what, where and how to mend it. Each door turns these into its own answers.

Messages are English sentences with `{named}` places; they are the keys of the catalogues, so that a door can say them
in the reader's language.
"""

from dataclasses import dataclass, field


def N_(message: str) -> str:  # noqa: N802 - the mark by which gettext's tools find messages
    """Mark a message for the catalogues; it is said in the reader's language at the door."""
    return message


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what was sent.

    `where` is the path to the field (`("contact", "value")`), empty when it is about the whole; `code` is stable and
    for machines, `message` says what is wrong and how to mend it, with `{places}` filled from `facts`.
    """

    where: tuple[str | int, ...]
    code: str
    message: str
    facts: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """The base of all that the core refuses; `message` has `{places}` that are filled from `facts`."""

    message = N_("This cannot be done.")

    def __init__(self, message: str | None = None, **facts: str) -> None:
        self.message = message or type(self).message
        self.facts = facts
        super().__init__(self.message.format(**facts))


class NotSignedIn(Refusal):
    """Nobody is known to be asking."""

    message = N_("Sign in first.")


class NotFound(Refusal):
    """There is no such thing, or not for this actor: the two look the same from outside."""

    message = N_("There is nothing here, or it is not yours to see.")


class MovedTo(Refusal):
    """The subject was merged into another; `key` is the other's."""

    message = N_("This was a duplicate; everything is with the other one now.")

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__()


class NotAllowed(Refusal):
    """The actor may see the subject, but may not do this with it."""

    message = N_("Your role does not allow this here.")


class Conflict(Refusal):
    """The subject is not in a state in which this can be done."""

    message = N_("This cannot be done in the present state.")


class Question(Conflict):
    """Before this is done something is asked; who means it sends it again, with the field `answer` true."""

    def __init__(self, message: str, answer: str) -> None:
        self.answer = answer
        super().__init__(message)


class Stale(Refusal):
    """The subject was changed since the actor last saw it."""

    message = N_(
        "Somebody changed this after you opened it. Look at it as it is now, and do it again if it still fits."
    )


class KeyReused(Refusal):
    """A key of the sender's own was used before, for something else."""

    message = N_("This key was used before for something else. Use a new key for each thing that you send.")


class Invalid(Refusal):
    """What was sent is not right; `faults` names everything at once."""

    message = N_("Something in what you sent is not right.")

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__()
        # For whoever reads a traceback: which fields, never what stood in them.
        self.add_note("; ".join(f"{'.'.join(map(str, fault.where))}: {fault.code}" for fault in faults))


class TooManyAttempts(Refusal):
    """Too many wrong attempts; wait `seconds`."""

    message = N_("Too many attempts. Wait {seconds} seconds and try again.")


class OutOfService(Refusal):
    """A part without which nothing may be shown (the access log, the key store) does not answer."""

    message = N_("This is out of service for the moment. Nothing was lost; try again in a minute.")
    seconds = 60
    """After so long it is worth trying again."""


def invalid(where: str, code: str, message: str, **facts: str) -> Invalid:
    """Make the refusal of one field."""
    return Invalid(Fault((where,), code, message, facts))
