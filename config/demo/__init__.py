"""`python -m config.demo`: the whole product with a seeded company, in one command.

The supervisor starts the database, sets up what is missing, and keeps a web and a worker process
running until it is stopped; then nothing of it is left.
"""
