"""What the matrix of test_access.py needs to know of routes: an example of each variable in a path, and of what they are sent.

A route whose variables or body are not here fails the test. Examples of variables are Ids, of the world (access_world.World); names that mean different things on different routes are said with their route.
"""

import json


class Ids:
    """Values of one variable: one that the own customer has, one of another customer (None: it is no customer's) and one nobody
    has. `own` and `foreign` may be functions, called for each request: for what is used up by it. `status` is that of the answer to
    the unknown one."""

    def __init__(self, own, foreign, unknown, status=404):
        self.own, self.foreign, self.unknown, self.status = own, foreign, unknown, status

    def value(self, variant):
        value = getattr(self, variant)
        return str(value() if callable(value) else value)


def ids(world):
    """Variables by name, or by ("METHOD pattern", name) where that says more."""
    by_name = {
        "customer": Ids("acme", "globex", "nobody"),
        "user": Ids(lambda: world.new_user("acme"), lambda: world.new_user("globex"), 999999),
        "key": Ids(lambda: world.new_key("acme"), lambda: world.new_key("globex"), 999999),
        "subject": Ids(lambda: world.subject("acme"), lambda: world.subject("globex"), "nobody"),
        "number": Ids(lambda: world.invoice("acme"), lambda: world.invoice("globex"), "INV-1999-000001"),
        "line": Ids(1, None, 9999),
        "meter": Ids("bandwidth", None, "no-such-meter"),
        "engine": Ids("monthly", None, "no-such-engine"),
        "run": Ids(1, None, 999999),
        "version": Ids(1, None, 999999),
        "file": Ids("billing-config.xml", None, "no-such-file.xml"),
        "schema": Ids("pricing.xsd", None, "no-such.xsd"),
        "page": Ids("invoices", None, "no-such-page", 200),
        "kind": Ids("payments", None, "no-such-kind"),
        "pool": Ids("rent", None, "no-such-pool"),
        "cost_centre": Ids("desk", None, "no-such-centre"),
        "month": Ids("2026-10", None, "2026-13"),
        "export": Ids(world.new_export, None, 999999),
        "entry": Ids(world.bank_entry, None, 999999),
        "provider": Ids("stripe", None, "no-such-provider"),
        "dispute": Ids(lambda: world.dispute("acme"), lambda: world.dispute("globex"), 999999),
    }
    by_route = {
        ("DELETE /api/v1/meters/{meter}", "meter"): Ids(world.new_meter, None, "no-such-meter"),
        ("GET /api/v1/meters/{meter}/group-by/{key}/values", "key"): Ids("environment", None, "no-such-key", 400),
        ("GET /api/v1/configuration/decisions/{file}", "file"): Ids(world.decisions, None, "pricing/no-such-file.dmn"),
    }
    for verb in ("accept", "refuse"):
        by_route[f"POST /api/v1/write-offs/{{number}}/{verb}", "number"] = Ids(lambda: world.write_off("acme"), None, "INV-1999-000001")
    for route in ("GET /api/v1/quarantine/{id}", "POST /api/v1/quarantine/{id}/repair",
                  "POST /api/v1/quarantine/{id}/replay", "POST /api/v1/quarantine/{id}/drop"):
        by_route[route, "id"] = Ids(lambda: world.first("/api/v1/quarantine"), None, "no-such-event")
    for route in ("GET /api/v1/mails/{id}", "POST /api/v1/mails/{id}/resend"):
        by_route[route, "id"] = Ids(lambda: world.first("/api/v1/mails"), None, "no-such-mail")
    by_name["endpoint"] = Ids(lambda: world.webhook("acme"), lambda: world.webhook("globex"), "we_0")
    by_name["message"] = Ids(lambda: world.webhook_message("acme"), lambda: world.webhook_message("globex"), "msg_0")
    for rest in ("", "/rotate", "/deliveries", "/resend-dead", "/deliveries/{message}/resend"):
        for method in ("GET", "POST", "PUT", "DELETE"):
            route = f"{method} /api/v1/webhooks/{{endpoint}}{rest}"
            by_route[route, "endpoint"] = Ids(lambda: world.webhook(None), None, "we_0")
            by_route[route, "message"] = Ids(lambda: world.webhook_message(None), None, "msg_0")
    return {**by_name, **by_route}


JSON = "application/json"


def body(content, content_type=JSON, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return content if isinstance(content, str) else json.dumps(content), {"Content-Type": content_type, **named}


FOCUS = body("BilledCost,BillingCurrency,BillingPeriodStart,ServiceName\n1,USD,2026-10-01T00:00:00Z,Rooms\n", "text/csv")

# What unsafe routes are sent, by "METHOD pattern": (body, headers). What only users of the house may do is sent {} where
# nothing stands here.
BODIES = {
    "POST /api/v1/session": body({"login": "nobody", "password": "nothing"}),
    "DELETE /api/v1/session": body(""),
    "POST /api/v1/session/password": body({"current_password": "wrong", "new_password": "wrong"}),
    "POST /api/v1/session/totp": body({"password": "wrong"}),
    "POST /api/v1/session/totp/confirm": body({"code": "wrong"}),
    "POST /api/v1/session/totp/remove": body({"password": "wrong"}),
    "POST /api/v1/users": body({"name": "x", "role": "no-role"}),
    "PATCH /api/v1/users/{user}": body({"email": None}, If_Match='"user-0-0"'),
    "POST /api/v1/users/{user}/one-time-password": body(""),
    "POST /api/v1/keys": body({"name": "matrix", "scopes": ["query"]}),
    "DELETE /api/v1/keys/{key}": body(""),
    "POST /api/v1/customers/{customer}/quote": body({"plan": "Professional"}),
    "PUT /api/v1/customers/{customer}/settings": body(
        {"language": None, "zone": None, "invoice_mail": {"enabled": True, "also_to": []}, "budgets": []}, If_Match='"none"'),
    "PUT /api/v1/customers/{customer}/billing-details": body(
        {"address": None, "buyer_reference": None, "purchase_order": None}, If_Match='"none"'),
    "PUT /api/v1/allocation/pools/{pool}/months/{month}": body({"amount": "1.00"}, If_Match='"none"'),
    "PUT /api/v1/cost-centres/{cost_centre}/budgets": body({"budgets": [], "also_to": []}, If_Match='"none"'),
    "POST /api/v1/customers/{customer}/disputes": body({"document": "INV-1999-000001", "message": "why?"}),
    "POST /api/v1/customers/{customer}/disputes/{dispute}/withdraw": body(""),
    "POST /api/v1/customers/{customer}/disputes/{dispute}/credit": body({"reason": "so"}),
    "POST /api/v1/customers/{customer}/disputes/{dispute}/refuse": body({"reason": "no"}),
    "POST /api/v1/payment-providers/{provider}/events": body({}),
    "POST /api/v1/allocation/pools/{pool}/focus": FOCUS,
    "POST /api/v1/events": body([], "application/cloudevents-batch+json"),
    "POST /api/v1/subjects": body([]),
    "DELETE /api/v1/subjects/{subject}": body(""),
    "POST /api/v1/meters": body({}),
    "PUT /api/v1/meters/{meter}": body({}),
    "DELETE /api/v1/meters/{meter}": body(""),
    "POST /api/v1/meters/{meter}/query": body({}),
}

WEBHOOK = {"url": "https://192.0.2.1/told", "events": ["invoice.issued"]}
for base in ("/api/v1/webhooks", "/api/v1/customers/{customer}/webhooks"):
    BODIES[f"POST {base}"] = body(WEBHOOK)
    BODIES[f"PUT {base}/{{endpoint}}"] = body(WEBHOOK, If_Match='"none"')
    BODIES[f"DELETE {base}/{{endpoint}}"] = body("")
    for rest in ("/rotate", "/resend-dead", "/deliveries/{message}/resend"):
        BODIES[f"POST {base}/{{endpoint}}{rest}"] = body("")

# Parameters that routes cannot do without.
QUERIES = {
    "GET /api/v1/customers/{customer}/usage": "?meter=bandwidth",
    "GET /api/v1/configuration/hints": "?kind=pricing",
    "GET /api/v1/configuration/difference": "?from=1",
    "GET /api/v1/journal/export": "?format=csv",
    "GET /api/v1/customers/{customer}/analytics/unit": "?unit=bandwidth",
}

# Routes that answer other than by 2xx although all is right with who asks.
ANSWERS = {
    "POST /api/v1/session": {401},
    "POST /api/v1/session/password": {403},
    "POST /api/v1/session/totp": {403},
    "POST /api/v1/session/totp/confirm": {403, 409},
    "POST /api/v1/session/totp/remove": {403},
    "PUT /api/v1/customers/{customer}/settings": {412},
    "PUT /api/v1/customers/{customer}/billing-details": {412},
    "PUT /api/v1/allocation/pools/{pool}/months/{month}": {412},
    "PUT /api/v1/cost-centres/{cost_centre}/budgets": {412},
    "PUT /api/v1/customers/{customer}/webhooks/{endpoint}": {412},
    "PUT /api/v1/webhooks/{endpoint}": {412},
    "POST /api/v1/customers/{customer}/webhooks": {201, 422},  # there are many of the matrix's own
    "POST /api/v1/webhooks": {201, 422},
    "GET /api/v1/customers/{customer}/analytics/plans": {200, 422},  # several subscriptions may go on
    "POST /api/v1/payment-providers/{provider}/events": {404},  # none is configured
    "POST /api/v1/customers/{customer}/disputes": {422},  # of a document that nobody has
}
