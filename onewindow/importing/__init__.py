"""Imports: a CSV file, read as a stream, sent through the HTTP API in batches, to its end whatever is killed meanwhile.

`reading` finds the rows, `divisions` and `messages` say what a row becomes, `sending` waits for a server that is away,
`checkpoint` and `report` keep on disk how far it has come, and `importer` is the loop over these.
"""
