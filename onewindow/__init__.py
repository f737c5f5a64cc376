"""The composition: command line, all services in one process, the demonstration county."""
