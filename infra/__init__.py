"""Everything that brings Ringfence into being somewhere: the tables and keys, the local stack, the officer's tools."""
