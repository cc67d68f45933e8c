"""The privacy officer's command line."""
