"""What all tables share: time-sorted keys, and one cursor for set-based SQL."""
