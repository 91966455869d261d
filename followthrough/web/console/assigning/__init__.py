"""Which map an application gets: the ordered rules, what a change of them does, who has none, and
shadow mode."""
