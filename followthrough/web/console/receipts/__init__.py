"""Receipts: finding them the way people ask, reading them check by check, taking them along."""
