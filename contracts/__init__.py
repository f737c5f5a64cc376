"""The published language: what services, analysts and the command line agree on; it imports nothing of ours."""
