"""The commitment ledger: what institutions promised, and what residents judge came of it."""
