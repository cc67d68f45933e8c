"""Ringfence as a Chalice application."""

from chalice.app import Chalice

from chalicelib.entrypoints.api import (
    authorizer,
    consent_records,
    consents,
    contacts,
    customers,
    exports,
    meta,
    notices,
    purge_runs,
    self_service,
    verifications,
)
from chalicelib.entrypoints.api.gateway_errors import problems_only
from chalicelib.entrypoints.jobs import anchor, announce, deliver, delivery_status, purge, strongroom, sweep
from chalicelib.entrypoints.web import routes

app = Chalice(app_name="ringfence", configure_logs=False)
app.register_middleware(problems_only, "http")
for module in (
    authorizer,
    verifications,
    customers,
    exports,
    self_service,
    consents,
    consent_records,
    contacts,
    notices,
    purge_runs,
    meta,
    routes,
    purge,
    sweep,
    strongroom,
    deliver,
    anchor,
    announce,
    delivery_status,
):
    app.register_blueprint(module.bp)
