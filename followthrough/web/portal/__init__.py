"""The candidates' side: pages reached by a signed link in a message, without signing in."""
