"""The bench: servers, load, measurements and the report."""
