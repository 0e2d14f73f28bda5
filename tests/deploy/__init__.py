"""The files for those who deploy the transition site."""
