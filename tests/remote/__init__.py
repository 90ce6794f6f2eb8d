"""Over a SPARQL endpoint: publish a snapshot there, and answer from it."""
