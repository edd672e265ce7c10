"""What can be done to a task: from which states, and what is said when it cannot."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bsa.errors import N_
from bsa.tasks.models import Task
from bsa.tasks.shapes import TaskState


class TaskDeed(StrEnum):
    """What can be done to a task."""

    CHANGE = "change"
    TAKE_UP = "take_up"
    LET_GO = "let_go"
    FINISH = "finish"
    DROP = "drop"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Step:
    """One deed: in which states, whether somebody must have taken the task up, and the words when it cannot be done."""

    states: frozenset[TaskState]
    refused: str
    taken_up: bool | None = None


OPEN = frozenset({TaskState.OPEN})

STEPS: Mapping[TaskDeed, Step] = {
    TaskDeed.CHANGE: Step(OPEN, N_("This task is done or dropped. Put it back first.")),
    TaskDeed.TAKE_UP: Step(OPEN, N_("Somebody took this task up already, or it is done or dropped."), taken_up=False),
    TaskDeed.LET_GO: Step(OPEN, N_("Nobody took this task up, or it is done or dropped."), taken_up=True),
    TaskDeed.FINISH: Step(OPEN, N_("This task is done or dropped already.")),
    TaskDeed.DROP: Step(OPEN, N_("This task is done or dropped already.")),
    TaskDeed.REOPEN: Step(
        frozenset({TaskState.DONE, TaskState.DROPPED}), N_("This task is open: there is nothing to put back.")
    ),
}


def state_of(task: Task) -> TaskState:
    """Tell how it is with a task."""
    if task.done_on is not None:
        return TaskState.DONE
    return TaskState.DROPPED if task.dropped_on is not None else TaskState.OPEN


def may_follow(deed: TaskDeed, task: Task) -> bool:
    """Tell whether a deed may be done to the task as it stands."""
    step = STEPS[deed]
    taken_up = task.taken_up_by_id is not None
    return state_of(task) in step.states and step.taken_up in (None, taken_up)
