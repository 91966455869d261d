"""Seeing what a map will do: a whole life through it, and what it would have done."""
