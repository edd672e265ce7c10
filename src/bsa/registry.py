"""Every table of the house, for the migrations and for checks that must see them all."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

import bsa.access_log
import bsa.agreements.models
import bsa.appointments.models
import bsa.areas.models
import bsa.asks.models
import bsa.clients.models
import bsa.closing.models
import bsa.commitments.models
import bsa.consultation.models
import bsa.contacts.models
import bsa.events
import bsa.evidence.models
import bsa.forums.models
import bsa.goals.models
import bsa.groups.models
import bsa.initiatives.models
import bsa.institutions.models
import bsa.learning.models
import bsa.lifeworld.models
import bsa.meetings.models
import bsa.needs.models
import bsa.network.models
import bsa.outbox
import bsa.outreach.models
import bsa.people.models
import bsa.places.models
import bsa.portal.models
import bsa.practice.models
import bsa.referrals.models
import bsa.reminders.models
import bsa.residents.models
import bsa.scales.models
import bsa.sendings
import bsa.shares.models
import bsa.slips.models
import bsa.statistics.models
import bsa.subscriptions.models
import bsa.suggestions.models
import bsa.tasks.models
import bsa.themes.models
import bsa.trust.models
import bsa.voices.models  # noqa: F401 - imported for their tables

METADATA: MetaData = SQLModel.metadata
