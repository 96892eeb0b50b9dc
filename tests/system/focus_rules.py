"""What FOCUS 1.0 asks of a cost and usage file (https://focus.finops.org/focus-specification/v1-0/): chapter 2 "Columns", of each its content
constraints, and chapter 3 "Attributes". faults(text) names what does not hold; nothing of the program is used.
"""

import csv
import io
import json
import re
from datetime import datetime

# Column: (feature level is Mandatory, nulls are allowed, kind). Of FOCUS 1.0 all 43.
COLUMNS = {
    "AvailabilityZone": (False, True, "text"),
    "BilledCost": (True, False, "decimal"),
    "BillingAccountId": (True, False, "text"),
    "BillingAccountName": (True, True, "text"),
    "BillingCurrency": (True, False, "currency"),
    "BillingPeriodEnd": (True, False, "instant"),
    "BillingPeriodStart": (True, False, "instant"),
    "ChargeCategory": (True, False, {"Usage", "Purchase", "Tax", "Credit", "Adjustment"}),
    "ChargeClass": (True, True, {"Correction"}),
    "ChargeDescription": (True, True, "text"),
    "ChargeFrequency": (False, False, {"One-Time", "Recurring", "Usage-Based"}),
    "ChargePeriodEnd": (True, False, "instant"),
    "ChargePeriodStart": (True, False, "instant"),
    "CommitmentDiscountCategory": (False, True, {"Spend", "Usage"}),
    "CommitmentDiscountId": (False, True, "text"),
    "CommitmentDiscountName": (False, True, "text"),
    "CommitmentDiscountStatus": (False, True, {"Used", "Unused"}),
    "CommitmentDiscountType": (False, True, "text"),
    "ConsumedQuantity": (False, True, "decimal"),
    "ConsumedUnit": (False, True, "text"),
    "ContractedCost": (True, False, "decimal"),
    "ContractedUnitPrice": (False, True, "decimal"),
    "EffectiveCost": (True, False, "decimal"),
    "InvoiceIssuer": (True, False, "text"),
    "ListCost": (True, False, "decimal"),
    "ListUnitPrice": (False, True, "decimal"),
    "PricingCategory": (False, True, {"Standard", "Dynamic", "Committed", "Other"}),
    "PricingQuantity": (True, True, "decimal"),
    "PricingUnit": (True, True, "text"),
    "Provider": (True, False, "text"),
    "Publisher": (True, False, "text"),
    "RegionId": (False, True, "text"),
    "RegionName": (False, True, "text"),
    "ResourceId": (False, True, "text"),
    "ResourceName": (False, True, "text"),
    "ResourceType": (False, True, "text"),
    "ServiceCategory": (True, False, {
        "AI and Machine Learning", "Analytics", "Business Applications", "Compute", "Databases", "Developer Tools", "Multicloud",
        "Identity", "Integration", "Internet of Things", "Management and Governance", "Media", "Migration", "Mobile", "Networking",
        "Security", "Storage", "Web", "Other"}),
    "ServiceName": (True, False, "text"),
    "SkuId": (False, True, "text"),
    "SkuPriceId": (False, True, "text"),
    "SubAccountId": (False, True, "text"),
    "SubAccountName": (False, True, "text"),
    "Tags": (False, True, "json"),
}

# 3.7 Numeric Format and 3.3 Date/Time Format.
NUMBER = re.compile(r"-?\d+(\.\d+)?(E-?\d+)?")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
PLACEHOLDERS = {"null", "none", "n/a", "not applicable", "not specified"}


def _kind_fault(kind, value):
    if isinstance(kind, set):
        return None if value in kind else f"'{value}' is none of the allowed values"
    if kind == "decimal":
        return None if NUMBER.fullmatch(value) else f"'{value}' is no number"
    if kind == "currency":
        return None if re.fullmatch("[A-Z]{3}", value) else f"'{value}' is no currency"
    if kind == "instant":
        try:
            datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")
        except ValueError:
            return f"'{value}' is no instant"
        return None if INSTANT.fullmatch(value) else f"'{value}' is no instant"
    if kind == "json":
        return None if isinstance(json.loads(value), dict) else "it is no object"
    if value.strip().lower() in PLACEHOLDERS:
        return f"'{value}' stands for null"
    return None if value.strip() else "it consists of blanks"


def _row_faults(row):
    """The rules between columns; `row` has None for null."""
    category, correction = row["ChargeCategory"], row["ChargeClass"] == "Correction"
    bought = category in ("Usage", "Purchase")
    if row["ChargePeriodStart"] >= row["ChargePeriodEnd"]:
        yield "ChargePeriodEnd: not later than its start"
    if row["BillingPeriodStart"] >= row["BillingPeriodEnd"]:
        yield "BillingPeriodEnd: not later than its start"
    if category == "Purchase" and row.get("ChargeFrequency") == "Usage-Based":
        yield "ChargeFrequency: a purchase is not usage-based"
    for column in ("PricingQuantity", "PricingUnit", "PricingCategory", "SkuId", "SkuPriceId", "ListUnitPrice", "ContractedUnitPrice"):
        if column not in row:
            continue
        if bought and not correction and row[column] is None:
            yield f"{column}: null in a row of {category}"
        if category == "Tax" and row[column] is not None:
            yield f"{column}: not null in a row of Tax"
    for column in ("ConsumedQuantity", "ConsumedUnit"):
        if column not in row:
            continue
        if category == "Usage" and not correction and row[column] is None:
            yield f"{column}: null in a row of Usage"
        if category != "Usage" and row[column] is not None:
            yield f"{column}: not null in a row of {category}"
    for column in ("PricingQuantity", "ConsumedQuantity"):
        if row.get(column, None) is not None and row[column].startswith("-") and not correction:
            yield f"{column}: below zero, and no correction"
    if category == "Credit":
        for column in ("ListCost", "ContractedCost", "EffectiveCost"):
            if row[column] != row["BilledCost"]:
                yield f"{column}: not the BilledCost of a credit"


def rows_of(text):
    """Dictionaries by column, null as None."""
    return [{name: value if value != "" else None for name, value in row.items()} for row in csv.DictReader(io.StringIO(text, newline=""))]


def faults(text):
    header = next(csv.reader(io.StringIO(text, newline="")))
    found = [f"{column}: missing" for column, (mandatory, _, _) in COLUMNS.items() if mandatory and column not in header]
    own = [column for column in header if column not in COLUMNS]
    found += [f"{column}: a column of one's own begins with x_" for column in own if not column.startswith("x_")]
    if header[len(header) - len(own):] != own:
        found.append("columns of one's own come last")
    if len(set(header)) != len(header):
        found.append("a column is there twice")
    if found:
        return found
    for number, row in enumerate(rows_of(text), 1):
        said = []
        for column in header:
            _, nullable, kind = COLUMNS.get(column, (False, True, "text"))
            if row[column] is None:
                said += [] if nullable else [f"{column}: null"]
            else:
                fault = _kind_fault(kind, row[column])
                said += [f"{column}: {fault}"] if fault else []
        said = said or list(_row_faults(row))
        found += [f"row {number}: {fault}" for fault in said]
    return found
