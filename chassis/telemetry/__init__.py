"""What a running service tells about itself: log lines, metrics, health and trace ids, and never anything personal."""
