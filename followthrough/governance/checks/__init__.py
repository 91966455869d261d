"""What the gate checks, one function each; `gate` has the tables with their order."""
