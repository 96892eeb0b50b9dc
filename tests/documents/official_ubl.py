#!/usr/bin/python3
"""Electronic invoices judged by the official validators: the XML schemas of UBL 2.1 (OASIS) and the rules of EN 16931 (CEN TC 434, as
XSLT). They are not part of the project and are named by two folders; the rules need Saxon (Debian: libsaxonhe-java). For releases:

    RECKONER=build/release/reckoner python3 tests/documents/official_ubl.py --schemas UBL-2.1/xsd --rules eInvoicing-EN16931/ubl/xslt

Issues invoices and credit notes at the standard and a reduced rate, exempt, with reverse charge, outside the scope, with coupons and
with prices that contain their tax, to addresses and orders, writes each as UBL, and exits with 1 when a validator finds something.
"""

import argparse
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import reckoner_process as rp

NET = rp.pricing("ubl-net", """
  <plan name="Net" title="Net">
    <recurring name="fee" title="Fee" fee="99.99"/>
    <recurring name="books" title="Books" fee="10.01" tax="reduced"/>
    <metered name="traffic" title="Traffic" meter="bandwidth" unit="MB" unit-size="1048576" price="0.0333"/>
  </plan>""")
GROSS = rp.pricing("ubl-gross", """
  <plan name="Gross" title="Gross">
    <recurring name="gross-fee" title="Fee" fee="119.00"/>
    <recurring name="gross-books" title="Books" fee="9.99" tax="reduced"/>
  </plan>""").replace(" strategy=", ' prices="inclusive" strategy=')
TAXES = (rp.CONFIG / "taxes.xml").read_text(encoding="utf-8").replace('home=""', 'home="DE"')
SETTINGS = "".join(f'<setting name="billing.legalEntity.{name}" value="{value}"/>' for name, value in {
    "name": "Example Cloud GmbH", "address": "Hauptstraße 1;10115 Berlin", "taxId": "DE123456789", "country": "DE",
    "iban": "DE89370400440532013000", "bic": "COBADEFFXXX"}.items())
CUSTOMERS = {  # key: (country, tax id, exempt, plan)
    "standard": ("DE", "DE811907980", "false", "Net"), "gross": ("DE", "", "false", "Gross"), "abroad": ("BG", "", "false", "Net"),
    "exempt": ("DE", "", "true", "Net"), "reverse": ("FR", "FR12345678901", "false", "Net"), "outside": ("US", "", "false", "Net"),
    "coupon": ("DE", "", "false", "Gross"),
}


def make(reckoner, directory):
    rp.write_csv(directory / "customers.csv", ["key", "name", "email", "time-zone", "anchor-day", "country", "tax-id", "tax-exempt"],
                 [[key, f"Customer {key}", "", "UTC", 1, *facts[:3]] for key, facts in CUSTOMERS.items()])
    rp.write_csv(directory / "subscriptions.csv", ["key", "customer", "plan", "starts-on", "ends-on"],
                 [["s", key, facts[3], "2026-09-01", "2026-11-01"] for key, facts in CUSTOMERS.items()])
    reckoner.ok("import", "customers", directory / "customers.csv")
    reckoner.ok("import", "subscriptions", directory / "subscriptions.csv")
    reckoner.ok("billing-details", "standard", "--street", "Hinterhaus", "--street", "Am Markt 5", "--city", "Hamburg", "--postal-code",
                "20095", "--buyer-reference", "Leitweg 04011000-12345-03", "--purchase-order", "PO-2026-117")
    reckoner.ok("billing-details", "outside", "--street", "1 Main Street", "--city", "Springfield", "--postal-code", "62701",
                "--subdivision", "IL", "--country", "US", "--purchase-order", "4711")
    reckoner.ok("grant", "coupon", "coupon", "welcome", "--amount", "10.00")
    reckoner.ok("run", "monthly")
    invoices = reckoner.json("invoices", "--limit", "100")["invoices"]
    for invoice in invoices:
        if invoice["periods"] == ["2026-09"] or len(invoice["periods"]) > 1:
            reckoner.ok("credit", invoice["number"], "--line", "1=3.33", "--as", "concession", "--reason", "service was down")
    for invoice in reckoner.json("invoices", "--limit", "100")["invoices"]:
        file = directory / f"{invoice['customer']}-{invoice['number']}.xml"
        reckoner.ok("show", invoice["number"], "--ubl", file)
        yield file


def schema_faults(schemas, file):
    kind = "CreditNote" if "<CreditNote" in file.read_text(encoding="utf-8") else "Invoice"
    done = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", str(schemas / "maindoc" / f"UBL-{kind}-2.1.xsd"), str(file)],
                          capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else done.stderr.splitlines()


def rule_faults(rules, file):
    done = subprocess.run(["java", "-cp", "/usr/share/java/Saxon-HE.jar", "net.sf.saxon.Transform", f"-s:{file}",
                           f"-xsl:{rules / 'EN16931-UBL-validation.xslt'}"], capture_output=True, text=True, check=False)
    if done.returncode != 0 or "schematron-output" not in done.stdout:
        return [done.stderr or done.stdout]
    found = re.findall(r"<svrl:(?:failed-assert|successful-report)[^>]*>.*?<svrl:text>(.*?)</svrl:text>", done.stdout, re.S)
    return [" ".join(text.split()) for text in found]


def main():
    options = argparse.ArgumentParser(description="Judges electronic invoices by the official validators.")
    options.add_argument("--schemas", type=pathlib.Path, required=True, help="xsd folder of UBL 2.1")
    options.add_argument("--rules", type=pathlib.Path, required=True, help="folder of EN16931-UBL-validation.xslt")
    chosen = options.parse_args()
    directory = rp.new_directory("ubl")
    config = rp.copy_of_config("config-ubl", files={"pricing/net.xml": NET, "pricing/gross.xml": GROSS, "taxes.xml": TAXES})
    file = config / "billing-config.xml"
    chains = re.sub(r'<setting name="billing\.legalEntity\.\w+" value="[^"]*"/>', "", file.read_text(encoding="utf-8"))
    file.write_text(chains.replace("<settings>", f"<settings>{SETTINGS}", 1), encoding="utf-8")
    cluster = rp.Cluster()
    reckoner = rp.Reckoner(database=cluster.create("ubl"), config=config, data_dir=directory)
    files, wrong = 0, 0
    for file in make(reckoner, directory):
        files += 1
        faults = schema_faults(chosen.schemas, file) + rule_faults(chosen.rules, file)
        wrong += bool(faults)
        print(f"{file.name}: {'valid' if not faults else ''}")
        for fault in faults:
            print(f"    {fault}")
    print(f"{files} documents, {wrong} with faults")
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main())
