"""Ringfence as a Chalice application."""

from chalice.app import Chalice

from chalicelib.entrypoints.api import (
    authorizer,
    consents,
    contacts,
    customers,
    meta,
    notices,
    purge_runs,
    verifications,
)
from chalicelib.entrypoints.api.gateway_errors import problems_only
from chalicelib.entrypoints.jobs import deliver, delivery_status, purge, strongroom, sweep

app = Chalice(app_name="ringfence", configure_logs=False)
app.register_middleware(problems_only, "http")
for module in (
    authorizer,
    verifications,
    customers,
    consents,
    contacts,
    notices,
    purge_runs,
    meta,
    purge,
    sweep,
    strongroom,
    deliver,
    delivery_status,
):
    app.register_blueprint(module.bp)
