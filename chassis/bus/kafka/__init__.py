"""The bus over Apache Kafka: the only place that knows the Kafka client.

`access` says where the brokers are and how to speak to them, `bus` is the bus itself, made of `publishing` and
`membership`; `topics` creates and checks topics, `lag` counts what a group has still to read, `bounded` puts an end to
every wait.
"""
