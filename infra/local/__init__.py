"""The local stack: engine, provisioning, API server, simulated phone, tokens. Never packaged, never deployed."""
