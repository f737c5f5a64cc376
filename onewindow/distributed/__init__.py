"""The run that the product is for: each service a process of its own, meeting the others on Kafka only.

`place` reads from the environment what one process needs to know, `serving` runs it, `topics` prepares the brokers and
`schema` the databases. Nothing here imports more than one service.
"""
