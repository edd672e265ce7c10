"""Every table of the house, for the migrations and for checks that must see them all."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

import bsa.access_log
import bsa.areas.models
import bsa.asks.models
import bsa.commitments.models
import bsa.contacts.models
import bsa.events
import bsa.initiatives.models
import bsa.institutions.models
import bsa.needs.models
import bsa.people.models
import bsa.residents.models
import bsa.themes.models  # noqa: F401 - imported for their tables

METADATA: MetaData = SQLModel.metadata
