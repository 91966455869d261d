"""Publishing a version of a message map, and what becomes of the runs that are under way."""
