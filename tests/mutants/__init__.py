"""Mutants: small patches, each of which takes one guard away. The tests must notice every one.

A patch begins with the invariant, the guard in words, and the tests that should turn red.
`python -m tests.mutants [part of a name …]` applies each to a copy of the tree, never to the tree.
"""
