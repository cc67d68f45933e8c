"""Ringfence as a Chalice application."""

from chalice.app import Chalice

from chalicelib.entrypoints.api import (
    accesses,
    authorizer,
    consent_records,
    consents,
    contacts,
    customers,
    erasures,
    exports,
    freshness,
    holds,
    messages,
    meta,
    notices,
    number_changes,
    purge_runs,
    reveals,
    rights,
    self_service,
    verifications,
)
from chalicelib.entrypoints.api.gateway_errors import problems_only
from chalicelib.entrypoints.jobs import (
    anchor,
    announce,
    deliver,
    delivery_status,
    import_file,
    inbound,
    opt_outs,
    purge,
    purge_worker,
    retag,
    strongroom,
    sweep,
)
from chalicelib.entrypoints.jobs import rights as rights_count
from chalicelib.entrypoints.web import routes

app = Chalice(app_name="ringfence", configure_logs=False)
app.register_middleware(problems_only, "http")
for module in (
    authorizer,
    accesses,
    verifications,
    customers,
    erasures,
    number_changes,
    exports,
    freshness,
    holds,
    self_service,
    consents,
    consent_records,
    contacts,
    messages,
    reveals,
    rights,
    notices,
    purge_runs,
    meta,
    routes,
    purge,
    purge_worker,
    sweep,
    strongroom,
    deliver,
    anchor,
    announce,
    delivery_status,
    inbound,
    opt_outs,
    rights_count,
    retag,
    import_file,
):
    app.register_blueprint(module.bp)
