"""The one fast door: webhooks are verified, stored as they came, and acknowledged. Nothing else.

It is a plain ASGI application beside Django, on one database connection of its own.
"""
