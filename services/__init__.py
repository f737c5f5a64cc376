"""The independent services: each one application with a database of its own; none imports another."""
