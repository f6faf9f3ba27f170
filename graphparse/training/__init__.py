"""Training of the graph parser on rendered molecules."""
