"""Referrals: a partner asks the team for somebody, or the team asks a partner; both hear what came of it."""
