"""The engine room: events become effects, due touches leave, every shard has an owner."""
