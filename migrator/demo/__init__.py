"""The demonstration: two small sites of an invented charity, and the journey from one to the other."""
