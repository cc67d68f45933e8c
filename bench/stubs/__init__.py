"""The real application, with every answer of AWS recorded once and replayed."""
