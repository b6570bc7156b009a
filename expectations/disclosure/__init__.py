"""An attack on what a release shows, as the last check before it."""
