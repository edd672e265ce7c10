"""Every table of the house, for the migrations and for checks that must see them all."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

import bsa.access_log
import bsa.appointments.models
import bsa.areas.models
import bsa.asks.models
import bsa.commitments.models
import bsa.contacts.models
import bsa.events
import bsa.goals.models
import bsa.initiatives.models
import bsa.institutions.models
import bsa.learning.models
import bsa.lifeworld.models
import bsa.needs.models
import bsa.network.models
import bsa.outreach.models
import bsa.people.models
import bsa.practice.models
import bsa.reminders.models
import bsa.residents.models
import bsa.scales.models
import bsa.sendings
import bsa.shares.models
import bsa.themes.models
import bsa.trust.models  # noqa: F401 - imported for their tables

METADATA: MetaData = SQLModel.metadata
