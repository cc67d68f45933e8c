"""What brings Ringfence into being somewhere: tables and keys, and the local stack."""
