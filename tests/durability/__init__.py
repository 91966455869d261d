"""Real workers, really killed: nothing may be lost and nothing sent twice.

`python -m tests.durability --kills 200 --seed 7` runs several lanes side by side. Each lane has a
database, a recording provider and two workers of its own; stage changes stream in, and whichever
worker has messages on their way is killed (or stopped and continued later, a zombie) at a seeded
moment. At the end every touch must have ended with a receipt, and the provider must have been
given each message exactly once.
"""
