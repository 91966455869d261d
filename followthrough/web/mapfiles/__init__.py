"""Message maps as files on the command line: lint, diff, publish, export."""
