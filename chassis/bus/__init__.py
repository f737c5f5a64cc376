"""Facts between services: the bus protocol, the relay that publishes, the consumer that applies each fact once."""
