#!/usr/bin/python3
"""Documents as files: what the commands write, the API gives and mails carry is one PDF, sound by other people's tools."""

import email
import email.policy
import pathlib
import signal
import subprocess
import unittest

import reckoner_process as rp
from http_client import Client

CUSTOMERS = "/api/v1/customers"
PDF = {"Accept": "application/pdf"}


def tool(*command, given=b""):
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {done.stdout.decode()}{done.stderr.decode()}")
    return done.stdout.decode()


def text_of(pdf):
    return tool("pdftotext", "-layout", "-", "-", given=pdf)


class Documents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(rp.new_directory("documents"))
        cls.data = rp.new_directory("data")
        cls.reckoner = rp.Reckoner(data_dir=cls.data)
        rp.import_customers(cls.reckoner, rp.new_directory("load"), [("acme", "acme"), ("globex", "globex")],
                            [("s", "acme", "Professional", "2026-09-01", ""),
                             ("s", "globex", "Professional", "2026-09-01", "")])
        cls.reckoner.ok("run", "monthly")
        cls.number = next(one["number"] for one in cls.reckoner.json("invoices", "acme")["invoices"])
        cls.keys = {name: cls.reckoner.json("key", "create", name, "--scopes", "see", *more)["secret"]
                    for name, more in (("acme", ["--customer", "acme"]), ("globex", ["--customer", "globex"]))}
        cls.serve = cls.reckoner.start("serve", "--roles", "web,delivery")
        cls.address = rp.http_address(cls.serve)

    @classmethod
    def tearDownClass(cls):
        cls.serve.send(signal.SIGTERM)
        result = cls.serve.wait(30)
        assert result.code == 0, result

    def get(self, path, key="acme"):
        client = Client(self.address, self.keys[key])
        try:
            return client.ask("GET", CUSTOMERS + path, headers=PDF)
        finally:
            client.close()

    def written(self, *command):
        path = self.directory / "written.pdf"
        self.reckoner.ok(*command, "--pdf", str(path))
        return path.read_bytes()

    def check(self, pdf, *parts):
        path = self.directory / "checked.pdf"
        path.write_bytes(pdf)
        tool("qpdf", "--check", str(path))
        text = text_of(pdf)
        for part in parts:
            self.assertIn(part, text)

    def test_command_and_api_give_the_same_bytes(self):
        first = self.written("show", self.number)
        self.check(first, f"Invoice {self.number}", "1/1")
        self.assertEqual(self.written("show", self.number), first)
        answer = self.get(f"/acme/invoices/{self.number}")
        self.assertEqual(answer.status, 200, answer.text)
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertEqual(answer.headers["Content-Disposition"], f'attachment; filename="{self.number}.pdf"')
        self.assertEqual(answer.body, first)

    def test_the_interim_invoice_says_what_it_is(self):
        as_of = "2026-12-15T00:00:00Z"
        path = f"/acme/interim?as_of={as_of}&currency=USD"
        answer = self.get(path)
        self.assertEqual(answer.status, 200, answer.text)
        self.check(answer.body, "Interim, not an invoice")
        self.assertEqual(self.get(path).body, answer.body)
        self.check(self.written("interim", "acme", "--as-of", as_of), "Interim, not an invoice")
        self.assertEqual(self.get(f"/acme/interim?as_of={as_of}&currency=JPY").status, 404)

    def test_another_customers_document_is_not_there(self):
        self.assertEqual(self.get(f"/acme/invoices/{self.number}", key="globex").status, 404)
        self.assertEqual(self.get(f"/globex/invoices/{self.number}", key="globex").status, 404)

    def test_mails_carry_the_document(self):
        folder = pathlib.Path(self.data) / "mail"
        rp.wait_until(lambda: list(folder.glob(f"*{self.number}.eml")), "the mail of the document")
        path, = folder.glob(f"*{self.number}.eml")
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        self.assertEqual(mail.get_content_type(), "multipart/mixed")
        attached = list(mail.iter_attachments())
        self.assertEqual([(one.get_filename(), one.get_content_type()) for one in attached],
                         [(f"{self.number}.pdf", "application/pdf")])
        self.assertEqual(attached[0].get_content(), self.written("show", self.number))
        self.assertIn(self.number, mail.get_body(("plain",)).get_content())


if __name__ == "__main__":
    rp.main()
